import type { z } from "zod";
import { DomainError } from "../../lib/errors.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { CodeService } from "./code-service.ts";
import {
  chainAnswer,
  chainQuestion,
  codeContent,
  codeInput,
  codeItemList,
  codeParams,
  codeUseList,
  departmentLicenceQuery,
  departmentLicences,
  licenceKindList,
  licenceList,
} from "./licence-schemas.ts";
import type { LicenceService } from "./licence-service.ts";

/** The chain's node, for who checks the proofs of a code without an account. */
type AskChain = (method: string, params: unknown[]) => Promise<unknown>;

async function answerOf(ask: AskChain, { id, method, params }: z.output<typeof chainQuestion>) {
  try {
    return { jsonrpc: "2.0", id, result: await ask(method, params) };
  } catch (error) {
    const rpcError = (error as { error?: { code?: number; message?: string } }).error;
    if (!rpcError) throw new DomainError("chain.unreachable", "the chain's node doesn't answer");
    return { jsonrpc: "2.0", id, error: rpcError };
  }
}

export function licenceRoutes(api: Api, licences: LicenceService, codes: CodeService, askChain: AskChain): void {
  api.add({
    method: "get",
    path: "/licences",
    access: ["enterprise"],
    summary: "The enterprise's electronic licences, of all departments, with their status of this moment",
    answer: licenceList,
    handle: ({ actor }) => licences.own(actor),
  });
  api.add({
    method: "get",
    path: "/licence-kinds",
    access: "account",
    summary: "Kinds of licences; for a department its own, with the number of records",
    answer: licenceKindList,
    handle: ({ actor }) => licences.kinds(actor),
  });
  api.add({
    method: "get",
    path: "/department-licences",
    access: ["department"],
    summary: "An enterprise's licences of the department's own kinds",
    query: departmentLicenceQuery,
    answer: departmentLicences,
    handle: ({ actor, query }) => licences.ofDepartment(actor, query.enterprise),
  });
  api.add({
    method: "get",
    path: "/enterprise-codes/items",
    access: ["enterprise"],
    summary: "What an enterprise code may show",
    answer: codeItemList,
    handle: () => licences.codeItems(),
  });
  api.add({
    method: "get",
    path: "/enterprise-codes",
    access: ["enterprise"],
    summary: "The enterprise's codes that were looked at, by whom and when",
    answer: codeUseList,
    handle: ({ actor }) => codes.uses(actor),
  });
  api.add({
    method: "post",
    path: "/enterprise-codes/looks",
    access: "public",
    summary: "Look at what a scanned enterprise code shows; counted, and in the enterprise's access log",
    body: codeInput,
    answer: codeContent,
    handle: ({ actor, body }) => codes.look(actor, body.code),
  });
  api.add({
    method: "post",
    path: "/enterprise-codes/:id/chain",
    access: "public",
    summary: "Read-only JSON-RPC of the chain's node, for a quarter of an hour after a code that was looked at",
    params: codeParams,
    body: chainQuestion,
    answer: chainAnswer,
    async handle({ params, body }) {
      await codes.requireRecent(params.id);
      return answerOf(askChain, body);
    },
  });
}
