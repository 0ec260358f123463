import { type ChainReader, type RpcAnswer, resultOf } from "../../../../backend/lib/proof/node.ts";
import { api } from "../api.ts";

/** The platform's own node; only for signed-in accounts. */
export const platformChain: ChainReader = (method, params) =>
  resultOf(api.post<RpcAnswer>("/chain", { jsonrpc: "2.0", id: 1, method, params }));
