import { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { actPack, type grantPack, leafPack } from "../../lib/proof/pack.ts";
import { hex32, idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { type ConsentPurpose, readPurpose } from "../consents/consent-schemas.ts";
import { deployment, grantProof } from "./audit-schemas.ts";
import type { ProofService } from "./proof-service.ts";

type Leaf = Parameters<ProofService["leaf"]>[2];

/** Each gives what the actor may see, and throws notFound for all else. */
interface Ports {
  visibleGrant(actor: Actor, id: string): Promise<Parameters<ProofService["grant"]>[0]>;
  visibleBid(actor: Actor, id: string): Promise<Parameters<ProofService["bid"]>[0]>;
  visibleRequest(actor: Actor, id: string): Promise<{ actId: string; terms: object; salt: string }>;
  visibleConsent(actor: Actor, id: string): Promise<{ _id: string; terms: object; salt: string }>;
  recordProof(actor: Actor, id: string, purpose: ConsentPurpose): Promise<Leaf & { root: string; path: string[] }>;
  accessEntry(actor: Actor, id: string): Promise<Leaf>;
  snapshot(actor: Actor, id: string): Promise<Leaf>;
}

const actParams = z.object({ id: hex32 });

export function proofRoutes(api: Api, proofs: ProofService, ports: Ports): void {
  const leaf = leafPack.openapi("LeafProof");
  const act = actPack.openapi("ActProof");
  api.add({
    method: "get",
    path: "/grants/:id/proof",
    access: ["enterprise", "institution", "regulator"],
    summary: "The grant's proof pack, from request to grant, to be checked without us",
    params: idParam,
    answer: grantProof,
    handle: async ({ actor, params }): Promise<z.infer<typeof grantPack>> =>
      proofs.grant(await ports.visibleGrant(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/bids/:id/proof",
    access: ["enterprise", "institution"],
    summary: "The bid's proof pack",
    params: idParam,
    answer: act,
    handle: async ({ actor, params }) => proofs.bid(await ports.visibleBid(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/requests/:id/proof",
    access: ["enterprise", "regulator"],
    summary: "The request's proof pack, with its terms",
    params: idParam,
    answer: act,
    async handle({ actor, params }) {
      const { actId, terms, salt } = await ports.visibleRequest(actor, params.id);
      return proofs.act(actId, { document: terms, salt });
    },
  });
  api.add({
    method: "get",
    path: "/consents/:id/proof",
    access: ["enterprise", "institution"],
    summary: "The consent's proof pack, with its terms",
    params: actParams,
    answer: act,
    async handle({ actor, params }) {
      const { _id, terms, salt } = await ports.visibleConsent(actor, params.id);
      return proofs.act(_id, { document: terms, salt });
    },
  });
  api.add({
    method: "get",
    path: "/receipts/:id/proof",
    access: "account",
    summary: "The proof pack of a signed act; it shows no more than the chain does",
    params: actParams,
    answer: act,
    handle: ({ params }) => proofs.act(params.id),
  });
  api.add({
    method: "get",
    path: "/records/:id/proof",
    access: ["enterprise", "institution", "regulator"],
    summary: "The record's proof pack",
    params: idParam,
    query: readPurpose,
    answer: leaf,
    async handle({ actor, params, query }) {
      const { root, path, ...opening } = await ports.recordProof(actor, params.id, query.purpose);
      return proofs.leafAt({ root, path }, "records", opening);
    },
  });
  api.add({
    method: "get",
    path: "/access-log/:id/proof",
    access: ["enterprise"],
    summary: "The proof pack of an entry of the access log",
    params: idParam,
    answer: leaf,
    handle: async ({ actor, params }) =>
      proofs.leaf(`access:${params.id}`, "accessLog", await ports.accessEntry(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/snapshots/:id/proof",
    access: ["enterprise", "institution", "regulator"],
    summary: "The proof pack of a profile as it was read",
    params: idParam,
    answer: leaf,
    handle: async ({ actor, params }) =>
      proofs.leaf(`snapshot:${params.id}`, "snapshots", await ports.snapshot(actor, params.id)),
  });
  api.add({
    method: "get",
    path: "/deployment",
    access: "public",
    summary: "Chain and contracts to compare proof packs with; a file of it is what verify-proof calls deployments",
    answer: deployment,
    handle: () => proofs.deployment(),
  });
}
