/** An effect elsewhere that a state change asks for. Kept in the outbox of the changed document, in the same write. */
export interface Effect<Type extends string = string, Payload = unknown> {
  readonly type: Type;
  readonly payload: Payload;
}

/** A signed act for the chain. `id` is its own hash: asking twice is one act. */
export interface ActPayload {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly data: string;
  readonly gasLimit: number;
}
export const actEffect = (payload: ActPayload): Effect<"act", ActPayload> => ({ type: "act", payload });

/** A commitment to be anchored with others in a Merkle batch. `id` names the subject, such as "bid:…". */
export interface LeafPayload {
  readonly id: string;
  readonly kind: "bids" | "consents" | "snapshots" | "accessLog" | "decisions" | "documents";
  readonly commitment: string;
}
export const leafEffect = (payload: LeafPayload): Effect<"leaf", LeafPayload> => ({ type: "leaf", payload });
