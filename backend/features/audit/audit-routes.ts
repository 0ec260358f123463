import { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import type { StoredGrant } from "../../lib/proof/stored-grant.ts";
import { hex32, idParam, type Receipt, receipt } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import {
  grantCheck,
  platformStatus,
  reconciliation,
  reconciliationPage,
  reconciliationParams,
  reconciliationQuery,
  totals,
} from "./audit-schemas.ts";
import type { AuditService } from "./audit-service.ts";
import type { ReconciliationService } from "./reconciliation-service.ts";

const READ_ONLY = [
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getTransactionByHash",
  "eth_getTransactionReceipt",
  "net_version",
] as const;
const rpcRequest = z.object({
  jsonrpc: z.literal("2.0").default("2.0"),
  id: z.union([z.number(), z.string()]).default(1),
  method: z.enum(READ_ONLY),
  params: z.array(z.unknown()).max(5).default([]),
});
const rpcAnswer = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number(), z.string()]),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});

interface Ports<Grant extends StoredGrant> {
  visibleGrant(actor: Actor, id: string): Promise<Grant>;
  receipt(id: string): Promise<Receipt>;
  status(): Promise<z.infer<typeof platformStatus>>;
  totals(): Promise<z.infer<typeof totals>>;
  rpc(method: string, params: unknown[]): Promise<unknown>;
}

export function auditRoutes<Grant extends StoredGrant>(
  api: Api,
  audit: AuditService<Grant>,
  reconciling: ReconciliationService,
  ports: Ports<Grant>,
): void {
  api.add({
    method: "get",
    path: "/audit/grants/:id",
    access: ["regulator"],
    summary: "Recompute a grant from the chain",
    params: idParam,
    answer: grantCheck,
    handle: async ({ actor, params }) => audit.check(await ports.visibleGrant(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/audit/reconciliation",
    access: ["regulator"],
    summary: "All participants, requests and grants, store against chain",
    answer: reconciliation,
    handle: () => reconciling.all(),
  });
  api.add({
    method: "get",
    path: "/audit/reconciliation/:kind",
    access: ["regulator"],
    summary: "The same for one kind, page by page",
    params: reconciliationParams,
    query: reconciliationQuery,
    answer: reconciliationPage,
    handle: ({ params, query }) => reconciling.page(params.kind, query.after, query.size),
  });
  api.add({
    method: "get",
    path: "/receipts/:id",
    access: "account",
    summary: "Where a signed act stands",
    params: z.object({ id: hex32 }),
    answer: receipt,
    handle: ({ params }) => ports.receipt(params.id),
  });
  api.add({
    method: "get",
    path: "/status",
    access: ["operator", "regulator"],
    summary: "Queues and anchoring",
    answer: platformStatus,
    handle: () => ports.status(),
  });
  api.add({
    method: "get",
    path: "/totals",
    access: "public",
    summary: "Published totals",
    answer: totals,
    handle: () => ports.totals(),
  });
  api.add({
    method: "post",
    path: "/chain",
    access: "account",
    summary: "Read-only JSON-RPC of the chain's node",
    body: rpcRequest,
    answer: rpcAnswer,
    async handle({ body }) {
      try {
        return { jsonrpc: "2.0", id: body.id, result: await ports.rpc(body.method, body.params) };
      } catch (error) {
        const rpcError = (error as { error?: { code?: number; message?: string } }).error;
        if (!rpcError) throw new DomainError("chain.unreachable", "the chain's node doesn't answer");
        return { jsonrpc: "2.0", id: body.id, error: rpcError };
      }
    },
  });
}
