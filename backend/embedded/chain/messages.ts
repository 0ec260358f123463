export type FromChild =
  | { type: "ready"; port: number; chainId: number; deployerKey: string }
  | { type: "failed"; message: string }
  | { type: "note"; message: string }
  | { type: "stopped" };

export type ToChild = { type: "stop" };
