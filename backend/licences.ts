import { join } from "node:path";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { ProofService } from "./features/audit/proof-service.ts";
import { accessEffect } from "./features/consents/access-service.ts";
import type { ConsentService } from "./features/consents/consent-service.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import type { Catalog, DepartmentEntry } from "./features/data-exchange/domain/catalog.ts";
import { createCodeService } from "./features/licences/code-service.ts";
import { createDossierService } from "./features/licences/dossier-service.ts";
import { createLicenceService, type LicencePorts } from "./features/licences/licence-service.ts";
import { createMaterialFiles } from "./features/licences/material-files.ts";
import { createMaterialService } from "./features/licences/material-service.ts";
import { participantIdentity } from "./features/participants/domain/identity.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import type { RequestService } from "./features/requests/request-service.ts";
import type { SubjectService } from "./features/subjects/subject-service.ts";
import type { Actor } from "./lib/actor.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import { DomainError } from "./lib/errors.ts";
import type { LeafPack } from "./lib/proof/pack.ts";
import { recoverSigner, type SmartAccountCheck } from "./lib/signatures.ts";
import { isUscc } from "./lib/uscc.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  chain: ChainContext;
  smartAccount: SmartAccountCheck;
  exchange: DataExchangeService;
  catalogs(): Promise<readonly Catalog[]>;
  departments: readonly DepartmentEntry[];
  subjects: SubjectService;
  participants: ParticipantService;
  anchoring: AnchoringService;
  proofs: ProofService;
  consents: ConsentService;
  requests: RequestService;
  nameOf(participantId: string): Promise<string>;
  filesDir: string;
  clock: Clock;
  onWork: () => void;
}

/** Whatever isn't anchored yet has no proof so far; anything else is an error. */
async function whenAnchored(proof: Promise<LeafPack>): Promise<LeafPack | undefined> {
  try {
    return await proof;
  } catch (error) {
    const waits = error instanceof DomainError && ["record.notAnchored", "proof.notConfirmed"].includes(error.code);
    if (waits) return undefined;
    throw error;
  }
}

/** The library of licences, the enterprise code that shows them, and materials that are handed in once. */
export function licencesOf(parts: Parts) {
  const { stores, chain, exchange, participants, anchoring, proofs, consents, clock, onWork } = parts;
  const departmentName = new Map(parts.departments.map(({ code, name }) => [code, name]));
  const usccOf = async (participantId: string) => (await participants.requireActive(participantId)).uscc ?? "";

  /** The holder itself shows its record, so it is read as the holder would read it. */
  const recordProof = (holderId: string, recordId: string) =>
    whenAnchored(
      (async () => {
        const holder: Actor = { role: "enterprise", participantId: holderId, accountId: "", sessionId: "" };
        const { anchor: _, root, path, ...opening } = await exchange.recordProof(holder, recordId);
        return proofs.leafAt({ root, path }, "records", opening);
      })(),
    );

  const ports: LicencePorts = {
    catalogs: parts.catalogs,
    departmentName: (code) => departmentName.get(code) ?? { zh: code, en: code },
    departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
    usccOf,
    recordsOf: exchange.recordsOf,
    async recordCounts() {
      const nobody: Actor = { role: "operator", participantId: "", accountId: "", sessionId: "" };
      return new Map((await exchange.catalogs(nobody)).items.map(({ id, recordCount }) => [id, recordCount]));
    },
    async enterpriseOf(text) {
      const code = text.normalize("NFKC").replace(/\s+/gu, "").toUpperCase();
      const [found] = await parts.subjects.resolveSubjects([isUscc(code) ? { uscc: code } : { name: text }]);
      if (!found || !("uscc" in found)) return undefined;
      const name = (await parts.subjects.names([found.uscc])).get(found.uscc);
      return { uscc: found.uscc, ...(name ? { name } : {}) };
    },
  };
  const licences = createLicenceService(ports, clock);
  const codes = createCodeService(
    stores.codes,
    licences,
    {
      ...ports,
      chainId: chain.chainId,
      registry: chain.contracts.participants,
      async holderOf(uscc) {
        const [found] = await participants.byUsccs([uscc]);
        if (found?.kind !== "enterprise" || found.status !== "active" || !found.address) return undefined;
        const { _id: id, name, address, idSalt: salt, idCommitment: commitment } = found;
        return { id, name, uscc, address, identity: { document: participantIdentity(found), salt, commitment } };
      },
      isSignedBy: async (account, digest, signature) =>
        recoverSigner(digest, signature)?.toLowerCase() === account.toLowerCase() ||
        parts.smartAccount(account, digest, signature),
      nameOf: parts.nameOf,
      proofOf: recordProof,
      accessEffect,
    },
    clock,
    onWork,
  );
  const files = createMaterialFiles(join(parts.filesDir, "materials"));
  const materials = createMaterialService(
    stores.materials,
    files,
    {
      holder: async (participantId) => ({ id: participantId, uscc: await usccOf(participantId) }),
      anchorsOf: anchoring.anchorsOf,
      licenceKinds: licences.kinds,
    },
    clock,
    onWork,
  );
  const dossiers = createDossierService(
    stores.materials,
    materials,
    files,
    {
      async visibleRequest(actor, requestId) {
        await parts.requests.get(actor, requestId);
        const request = await stores.requests.find(requestId);
        if (!request) throw new DomainError("notFound", "there is no such request");
        return { holderId: request.enterpriseId };
      },
      usccOf,
      async institution(participantId) {
        const { _id: id, name } = await participants.requireActive(participantId);
        return { id, name };
      },
      licencesOf: licences.ofEnterprise,
      async readUnderConsent(reader, subject, read) {
        const wanted = { ...subject, purpose: "creditReview" as const };
        const { value } = await consents.use(reader, wanted, async () => ({ value: await read(), records: 1 }));
        return value;
      },
      materialProof: (leafId, opening) => whenAnchored(proofs.leaf(leafId, "documents", opening)),
      recordProof,
    },
    clock,
  );
  return { licences, codes, materials, dossiers };
}
