import type { JsonRpcProvider } from "ethers";
import type { z } from "zod";
import type { Services } from "./compose.ts";
import { actRoutes } from "./features/anchoring/act-routes.ts";
import { createFailedActs } from "./features/anchoring/act-service.ts";
import { receiptOfAct } from "./features/anchoring/anchoring-service.ts";
import { auditRoutes } from "./features/audit/audit-routes.ts";
import { proofRoutes } from "./features/audit/proof-routes.ts";
import { bidRoutes } from "./features/bids/bid-routes.ts";
import { consentRoutes } from "./features/consents/consent-routes.ts";
import { catalogRoutes } from "./features/data-exchange/catalog-routes.ts";
import { dataExchangeRoutes } from "./features/data-exchange/data-exchange-routes.ts";
import { YUXI_DISTRICTS } from "./features/data-exchange/domain/districts.ts";
import { pushRoutes } from "./features/data-sources/push-routes.ts";
import { resourceRoutes } from "./features/data-sources/resource-routes.ts";
import { scoreboardRoutes } from "./features/data-sources/scoreboard-routes.ts";
import { grantRoutes } from "./features/grants/grant-routes.ts";
import { identityRoutes } from "./features/identity/identity-routes.ts";
import { meta } from "./features/identity/identity-schemas.ts";
import { licenceRoutes } from "./features/licences/licence-routes.ts";
import { materialRoutes } from "./features/licences/material-routes.ts";
import { matchingRoutes } from "./features/matching/matching-routes.ts";
import { objectionRoutes } from "./features/objections/objection-routes.ts";
import { participantRoutes } from "./features/participants/participant-routes.ts";
import { productRoutes } from "./features/products/product-routes.ts";
import { profileRoutes } from "./features/profiles/profile-routes.ts";
import { requestRoutes } from "./features/requests/request-routes.ts";
import { scoringRoutes } from "./features/scoring/scoring-routes.ts";
import { subjectRoutes } from "./features/subjects/subject-routes.ts";
import { verificationRoutes } from "./features/verification/verification-routes.ts";
import type { Receipt } from "./lib/schemas.ts";
import type { Api } from "./platform/http/endpoint.ts";
import type { Stores } from "./stores.ts";

export type Meta = z.infer<typeof meta>;

interface Parts {
  services: Services;
  stores: Stores;
  provider: JsonRpcProvider;
  meta(): Promise<Meta>;
  outboxWaiting(): Promise<number>;
  /** Of an act that is still in an outbox. */
  waitingReceipt(actId: string): Promise<Receipt | undefined>;
}

/** Every feature's routes on one API. */
export function addRoutes(api: Api, parts: Parts): void {
  const { services, stores, provider } = parts;
  const { participants, exchange, profiles, requests, grants, anchoring } = services;

  api.add({
    method: "get",
    path: "/meta",
    access: "public",
    summary: "What a client needs to sign",
    answer: meta,
    handle: () => parts.meta(),
  });
  identityRoutes(api, services.identity, participants);
  participantRoutes(api, participants, async (query) => {
    const found = await exchange.searchRegistrations(query);
    const admitted = await participants.byUsccs(found.map(({ uscc }) => uscc));
    const idOf = new Map(admitted.map(({ uscc, _id }) => [uscc, _id]));
    return found.map(({ uscc, fields }) => ({
      uscc,
      name: String(fields.name ?? ""),
      district:
        YUXI_DISTRICTS.find(({ code }) => code === fields.districtCode)?.name.zh ?? String(fields.districtCode ?? ""),
      industry: String(fields.industryName ?? fields.industryCode ?? ""),
      status: String(fields.status ?? ""),
      ...(idOf.has(uscc) ? { participantId: idOf.get(uscc)! } : {}),
    }));
  });
  dataExchangeRoutes(api, services);
  catalogRoutes(api, services.catalogs);
  licenceRoutes(api, services.licences, services.codes, (method, params) => provider.send(method, params));
  materialRoutes(api, services.materials, services.dossiers, async (actor, id) =>
    services.proofs.leaf(`material:${id}`, "documents", await services.materials.opening(actor, id)),
  );
  subjectRoutes(
    api,
    services.subjects,
    services.subjectIndex,
    async (participantId) => (await participants.requireActive(participantId)).uscc ?? "",
  );
  const { resources, previewOf, sendFile, pushes, scoreboard } = services.dataSources;
  resourceRoutes(api, resources, previewOf, sendFile);
  pushRoutes(api, pushes);
  scoreboardRoutes(api, scoreboard);
  objectionRoutes(api, services.objections, services.erasures, services.proofs.leaf);
  profileRoutes(api, services);
  productRoutes(api, services.products, participants.requireActive);
  matchingRoutes(
    api,
    services.matching,
    async (participantId) => services.scoring.withScore(await profiles.own(participantId)),
    requests.own,
  );
  scoringRoutes(api, services.scoring, services.proofs.leaf);
  requestRoutes(api, requests);
  bidRoutes(api, services.bids);
  consentRoutes(api, { ...services, proofOfLeaf: services.proofs.leaf });
  verificationRoutes(api, { ...services, proofOfLeaf: services.proofs.leaf });
  grantRoutes(api, grants);
  proofRoutes(api, services.proofs, {
    visibleGrant: grants.visible,
    visibleBid: services.bids.visible,
    visibleRequest: requests.visible,
    visibleConsent: (actor, id) => services.consents.visible(actor.participantId, id),
    accessEntry: (actor, id) => services.access.opening(actor.participantId, id),
    async recordProof(actor, id, purpose) {
      const { anchor: _, ...proof } = await exchange.recordProof(actor, id, purpose);
      return proof;
    },
    snapshot: profiles.snapshotOpening,
  });
  actRoutes(api, createFailedActs(stores.acts));
  auditRoutes(api, services.audit, services.reconciling, {
    visibleGrant: grants.visible,
    async receipt(id) {
      // Nearly always it is there; and it may have gone there while the outboxes were searched.
      const act = (await stores.acts.findMany([id])).get(id);
      return act ? receiptOfAct(act) : ((await parts.waitingReceipt(id)) ?? anchoring.receipt(id));
    },
    rpc: (method, params) => provider.send(method, params),
    async status() {
      // In the order in which acts go on: what moves meanwhile is seen in one of two places, never in none.
      const outboxWaiting = await parts.outboxWaiting();
      const leaves = await anchoring.waitingLeaves();
      const queuedActs = await stores.acts.countQueued();
      const openTransactions = await stores.relay.countOpen();
      const failed = await stores.acts.failed(20);
      const { headBlock, indexedBlock, eventsWaiting } = await services.ledger.status();
      return {
        blockNumber: headBlock,
        indexedBlock,
        eventsWaiting,
        queuedActs,
        openTransactions,
        failedActs: failed.map((act) => ({
          id: act._id,
          kind: act.kind,
          reason: receiptOfAct(act).reason ?? "",
          at: act.createdAt.toISOString(),
        })),
        waitingLeaves: leaves.count,
        oldestWaitingSeconds: leaves.oldestSeconds,
        outboxWaiting,
      };
    },
    async totals() {
      const [data, requested, granted, institutions, admittedEnterprises, products] = await Promise.all([
        exchange.totals(),
        stores.requests.totals(),
        stores.grants.totals(),
        stores.participants.count("institution"),
        stores.participants.count("enterprise"),
        services.products.list(),
      ]);
      return {
        ...data,
        ...requested,
        ...granted,
        institutions,
        admittedEnterprises,
        products: products.length,
        blockNumber: await provider.getBlockNumber(),
      };
    },
  });
}
