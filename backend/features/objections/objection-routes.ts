import { z } from "zod";
import { type LeafPack, leafPack } from "../../lib/proof/pack.ts";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { type ErasureService, erasureLeafId } from "./erasure-service.ts";
import {
  correctionInput,
  erasureList,
  objection,
  objectionCounts,
  objectionDetail,
  objectionInput,
  objectionList,
  objectionNotices,
  objectionQuery,
  pageQuery,
  refusalInput,
  statementInput,
} from "./objection-schemas.ts";
import type { ObjectionService } from "./objection-service.ts";
import { answerLeafId } from "./objection-views.ts";

const READERS = ["enterprise", "department", "regulator"] as const;

type ProofOfLeaf = (
  leafId: string,
  kind: "decisions",
  opening: { document: object; salt: string; commitment: string },
) => Promise<LeafPack>;

export function objectionRoutes(
  api: Api,
  objections: ObjectionService,
  erasures: ErasureService,
  proofOfLeaf: ProofOfLeaf,
): void {
  api.add({
    method: "post",
    path: "/records/:id/objections",
    access: ["enterprise"],
    summary: "Object to a record about oneself",
    params: idParam,
    body: objectionInput,
    answer: objection,
    status: 201,
    handle: ({ actor, params, body }) => objections.raise(actor, params.id, body),
  });
  api.add({
    method: "get",
    path: "/objections",
    access: READERS,
    summary: "Objections: one's own, one's department's, or all; open ones by due date, others newest first",
    query: objectionQuery,
    answer: objectionList,
    handle: ({ actor, query }) => objections.list(actor, query),
  });
  api.add({
    method: "get",
    path: "/objections/:id",
    access: READERS,
    summary: "One objection, with its record as it stands today",
    params: idParam,
    answer: objectionDetail,
    handle: ({ actor, params }) => objections.detail(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/objections/:id/withdrawal",
    access: ["enterprise"],
    summary: "Withdraw an objection that isn't answered",
    params: idParam,
    answer: objection,
    handle: ({ actor, params }) => objections.withdraw(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/objections/:id/correction",
    access: ["department"],
    summary: "Answer by correcting the record: a new version takes its place",
    params: idParam,
    body: correctionInput,
    answer: objection,
    handle: ({ actor, params, body }) => objections.correct(actor, params.id, body),
  });
  api.add({
    method: "post",
    path: "/objections/:id/removal",
    access: ["department"],
    summary: "Answer that the record should not be there, such as one about another body: it is deleted",
    params: idParam,
    body: refusalInput,
    answer: objection,
    handle: ({ actor, params, body }) => objections.remove(actor, params.id, body.reason),
  });
  api.add({
    method: "post",
    path: "/objections/:id/refusal",
    access: ["department"],
    summary: "Answer that the record stays as it is, with the reasons",
    params: idParam,
    body: refusalInput,
    answer: objection,
    handle: ({ actor, params, body }) => objections.uphold(actor, params.id, body.reason),
  });
  api.add({
    method: "post",
    path: "/objections/:id/statement",
    access: ["enterprise"],
    summary: "Leave a statement beside a record that was upheld",
    params: idParam,
    body: statementInput,
    answer: objection,
    handle: ({ actor, params, body }) => objections.state(actor, params.id, body.text),
  });
  api.add({
    method: "get",
    path: "/objections/:id/proof",
    access: READERS,
    summary: "The proof pack of the answer",
    params: idParam,
    answer: leafPack.openapi("LeafProof"),
    handle: async ({ actor, params }) =>
      proofOfLeaf(answerLeafId(params.id), "decisions", await objections.answerOpening(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/objection-notices",
    access: ["department"],
    summary: "New objections and reminders, newest first",
    answer: objectionNotices,
    handle: ({ actor }) => objections.notices(actor),
  });
  api.add({
    method: "post",
    path: "/objection-notices/read",
    access: ["department"],
    summary: "Mark all notices as read",
    answer: z.object({}),
    handle: async ({ actor }) => {
      await objections.markNoticesRead(actor);
      return {};
    },
  });
  api.add({
    method: "get",
    path: "/objection-counts",
    access: ["department", "regulator", "operator"],
    summary: "Open, overdue and answered objections of each department, and its mean days to answer",
    answer: objectionCounts,
    handle: () => objections.counts(),
  });
  api.add({
    method: "get",
    path: "/erasures",
    access: ["regulator", "operator"],
    summary: "Personal negative records that were erased: their ids and digests",
    query: pageQuery,
    answer: erasureList,
    handle: ({ query }) => erasures.list(query.page),
  });
  api.add({
    method: "get",
    path: "/erasures/:id/proof",
    access: ["regulator", "operator"],
    summary: "The proof pack of an erasure, by the id of the record erased",
    params: idParam,
    answer: leafPack.openapi("LeafProof"),
    handle: async ({ params }) => proofOfLeaf(erasureLeafId(params.id), "decisions", await erasures.opening(params.id)),
  });
}
