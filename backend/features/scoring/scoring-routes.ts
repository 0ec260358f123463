import { z } from "zod";
import { type LeafPack, leafPack } from "../../lib/proof/pack.ts";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { MonitoringService } from "./monitoring-service.ts";
import {
  alertList,
  monitoringList,
  replayInput,
  replayResult,
  scorecardDetail,
  scorecardList,
  scoreList,
  scoreQuery,
  scoreView,
  scoreViews,
  surveyStarted,
} from "./score-schemas.ts";
import { type ScoreService, scoreLeafId } from "./score-service.ts";
import { type ScorecardService, scorecardLeafId } from "./scorecard-service.ts";
import { scorecardPackage } from "./training-schemas.ts";

const OWNERS = ["institution", "operator"] as const;
const ALL = ["enterprise", "institution", "operator", "regulator"] as const;
const SCORED = ["enterprise", "institution", "regulator"] as const;

type ProofOfLeaf = (
  leafId: string,
  kind: "decisions",
  opening: { document: object; salt: string; commitment: string },
) => Promise<LeafPack>;

export function scoringRoutes(
  api: Api,
  services: { scorecards: ScorecardService; scores: ScoreService; monitoring: MonitoringService },
  proofOfLeaf: ProofOfLeaf,
): void {
  const { scorecards, scores, monitoring } = services;
  const proof = leafPack.openapi("LeafProof");
  api.add({
    method: "post",
    path: "/scorecards",
    access: OWNERS,
    summary: "Upload a scorecard that train-scorecard made: a draft, replaced by another upload of the same version",
    body: scorecardPackage,
    answer: scorecardDetail,
    status: 201,
    handle: ({ actor, body }) => scorecards.upload(actor, body),
  });
  api.add({
    method: "get",
    path: "/scorecards",
    access: ALL,
    summary: "Versions of scorecards: the platform's and one's own; for the regulator all that were published",
    answer: scorecardList,
    handle: async ({ actor }) => ({ items: await scorecards.list(actor) }),
  });
  api.add({
    method: "get",
    path: "/scorecards/:id",
    access: ALL,
    summary: "One version, with its bins and its training report",
    params: idParam,
    answer: scorecardDetail,
    handle: ({ actor, params }) => scorecards.detail(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/scorecards/:id/publication",
    access: OWNERS,
    summary: "Publish a draft: from now on it scores, and is never changed; its hash is anchored",
    params: idParam,
    answer: scorecardDetail,
    handle: ({ actor, params }) => scorecards.publish(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/scorecards/:id/retirement",
    access: OWNERS,
    summary: "Retire a published version: it scores nobody any more, and replays what it scored",
    params: idParam,
    answer: scorecardDetail,
    handle: ({ actor, params }) => scorecards.retire(actor, params.id),
  });
  api.add({
    method: "get",
    path: "/scorecards/:id/proof",
    access: ALL,
    summary: "The proof pack of a published version",
    params: idParam,
    answer: proof,
    handle: async ({ actor, params }) =>
      proofOfLeaf(scorecardLeafId(params.id), "decisions", await scorecards.opening(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/scorecards/:id/reports",
    access: ALL,
    summary: "What monitoring found, newest first: drift, outcomes, fairness",
    params: idParam,
    answer: monitoringList,
    handle: ({ actor, params }) => monitoring.reports(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/scorecards/:id/reports",
    access: OWNERS,
    summary: "Survey all enterprises now instead of next month",
    params: idParam,
    answer: surveyStarted,
    status: 202,
    handle: ({ actor, params }) => monitoring.start(actor, params.id),
  });
  api.add({
    method: "get",
    path: "/scorecard-alerts",
    access: OWNERS,
    summary: "Reports with a drift, newest first",
    answer: alertList,
    handle: ({ actor }) => monitoring.alerts(actor),
  });
  api.add({
    method: "post",
    path: "/scorecard-alerts/seen",
    access: OWNERS,
    summary: "Mark all alerts as seen",
    answer: z.object({}),
    async handle({ actor }) {
      await monitoring.markSeen(actor);
      return {};
    },
  });
  api.add({
    method: "get",
    path: "/score",
    access: ["enterprise"],
    summary: "The enterprise's score of now, with reasons and what would improve it",
    answer: scoreView,
    handle: ({ actor }) => scores.own(actor.participantId),
  });
  api.add({
    method: "get",
    path: "/scores",
    access: SCORED,
    summary: "Scores, newest first: of oneself, those one made, or any for the regulator",
    query: scoreQuery,
    answer: scoreList,
    handle: ({ actor, query }) => scores.list(actor, query.uscc, query.page),
  });
  api.add({
    method: "get",
    path: "/scores/:id",
    access: SCORED,
    summary: "One score; for an institution while the consent and the copy's time last",
    params: idParam,
    answer: scoreView,
    handle: ({ actor, params }) => scores.view(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/scores/:id/replay",
    access: SCORED,
    summary: "Score again with the same version and the same inputs, and compare to the byte",
    params: idParam,
    body: replayInput,
    answer: replayResult,
    handle: ({ actor, params, body }) => scores.replay(actor, params.id, body.inputs),
  });
  api.add({
    method: "get",
    path: "/scores/:id/proof",
    access: SCORED,
    summary: "The proof pack of a score",
    params: idParam,
    answer: proof,
    handle: async ({ actor, params }) =>
      proofOfLeaf(scoreLeafId(params.id), "decisions", await scores.opening(actor, params.id)),
  });
  api.add({
    method: "post",
    path: "/snapshots/:id/scores",
    access: ["institution"],
    summary: "Score a profile as it was read: by the platform's scorecard and by one's own",
    params: idParam,
    answer: scoreViews,
    handle: async ({ actor, params }) => ({ items: await scores.ofSnapshot(actor, params.id) }),
  });
}
