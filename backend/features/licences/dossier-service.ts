import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { LeafPack } from "../../lib/proof/pack.ts";
import { chinaDay } from "./domain/licence.ts";
import { catalogOfKind, materialKind, materialState, offerOf } from "./domain/material-kinds.ts";
import type { LicenceView } from "./licence-schemas.ts";
import type { KeptFile, MaterialFiles } from "./material-files.ts";
import type { attachInput, Dossier, MaterialContent, MaterialKindView, materialAskInput } from "./material-schemas.ts";
import { type MaterialService, materialLeaf, materialOpening } from "./material-service.ts";
import type { Attached, DossierDocument, MaterialDocument, MaterialStore } from "./material-store.ts";

type Held = NonNullable<Dossier["items"][number]["offer"]>;
type Content = MaterialContent & { path?: string };

/** Materials of a financing request: institutions ask for kinds, what is valid is offered, attached and opened. */
export interface DossierService {
  view(actor: Actor, requestId: string): Promise<Dossier>;
  /** Of the enterprise's requests those of which something is asked for or attached. */
  own(actor: Actor): Promise<{ items: Dossier[] }>;
  ask(actor: Actor, requestId: string, input: z.output<typeof materialAskInput>): Promise<Dossier>;
  attach(actor: Actor, requestId: string, items: z.output<typeof attachInput>["items"]): Promise<Dossier>;
  detach(actor: Actor, requestId: string, kind: string): Promise<Dossier>;
  /** An institution opens an attached material: under a live consent, counted and in the access log. */
  open(actor: Actor, requestId: string, kind: string): Promise<MaterialContent>;
  openFile(actor: Actor, requestId: string, kind: string): Promise<KeptFile & { path: string }>;
}

interface Ports {
  /** The request, if this party may see it. Throws notFound. */
  visibleRequest(actor: Actor, requestId: string): Promise<{ holderId: string }>;
  usccOf(participantId: string): Promise<string>;
  institution(participantId: string): Promise<{ id: string; name: string }>;
  licencesOf(uscc: string): Promise<LicenceView[]>;
  /** One read under the enterprise's live consent; throws consent.* where there is none. */
  readUnderConsent<T>(
    reader: { id: string; name: string },
    subject: { holderId: string; requestId: string; what: string },
    read: () => Promise<T>,
  ): Promise<T>;
  materialProof(
    leafId: string,
    opening: { document: object; salt: string; commitment: string },
  ): Promise<LeafPack | undefined>;
  recordProof(holderId: string, recordId: string): Promise<LeafPack | undefined>;
}

interface Known {
  kinds: ReadonlyMap<string, MaterialKindView>;
  materials: readonly MaterialDocument[];
  licences: readonly LicenceView[];
}

export function createDossierService(
  store: MaterialStore,
  materials: Pick<MaterialService, "kinds" | "statementOf">,
  files: Pick<MaterialFiles, "pathOf">,
  ports: Ports,
  clock: Clock,
): DossierService {
  const today = (): string => chinaDay(clock.now());

  async function knownOf(holderId: string): Promise<Known> {
    const [kinds, own, licences] = await Promise.all([
      materials.kinds(),
      store.ofHolder(holderId),
      ports.usccOf(holderId).then(ports.licencesOf),
    ]);
    return { kinds: new Map(kinds.items.map((kind) => [kind.id, kind])), materials: own, licences };
  }

  const heldMaterial = (material: MaterialDocument): Held => ({
    materialId: material._id,
    title: material.title,
    validUntil: material.validUntil,
    state: materialState(material, today()),
  });
  const heldLicence = ({ id, kindName, number, validUntil, status }: LicenceView): Held => ({
    licenceId: id,
    title: `${kindName.zh} ${number}`,
    ...(validUntil ? { validUntil } : {}),
    state: status,
  });

  /** What there is of this kind that is valid: a licence of the library, or what was handed in before. */
  function offerFor(kind: string, { materials: own, licences }: Known): Held | undefined {
    const catalogId = catalogOfKind(kind);
    if (catalogId === undefined) {
      const found = offerOf(own, kind, today());
      return found && heldMaterial(found);
    }
    const valid = licences.filter((licence) => licence.kind === catalogId && licence.status === "valid");
    // Without an end is the longest of all.
    const [best] = valid.sort((a, b) => (b.validUntil ?? "9").localeCompare(a.validUntil ?? "9"));
    return best && heldLicence(best);
  }

  function heldBy({ materialId, licenceId }: Attached, { materials: own, licences }: Known): Held | undefined {
    const found = own.find(({ _id }) => _id === materialId);
    if (found) return heldMaterial(found);
    const licence = licences.find(({ id }) => id === licenceId);
    return licence && heldLicence(licence);
  }

  function viewOf(requestId: string, dossier: DossierDocument | null, known: Known, reader: Actor): Dossier {
    const enterprise = reader.role === "enterprise";
    const kinds = new Set([...(dossier?.attached ?? []), ...(dossier?.asks ?? [])].map(({ kind }) => kind));
    const items = [...kinds].flatMap((kind) => {
      const about = known.kinds.get(kind);
      if (!about) return [];
      const attached = dossier?.attached.find((one) => one.kind === kind);
      const held = attached && heldBy(attached, known);
      const live = held?.state === "valid";
      const offer = live ? undefined : offerFor(kind, known);
      const asks = (dossier?.asks ?? []).filter(
        (ask) => ask.kind === kind && (enterprise || ask.institution.id === reader.participantId),
      );
      if (asks.length === 0 && !held) return [];
      // An institution learns what there is by opening it, under a consent.
      const shown = held && (enterprise ? held : { title: about.name.zh, state: held.state });
      return [
        {
          kind,
          kindName: about.name,
          source: about.source,
          state: live ? ("attached" as const) : offer && enterprise ? ("offered" as const) : ("missing" as const),
          asks: asks.map(({ institution, note, at }) => ({
            institution: { id: institution.id, name: institution.name },
            note,
            at: at.toISOString(),
          })),
          ...(shown && attached ? { attached: { ...shown, at: attached.at.toISOString() } } : {}),
          ...(offer && enterprise ? { offer } : {}),
        },
      ];
    });
    return { requestId, items };
  }

  async function requireOwn(actor: Actor, requestId: string): Promise<void> {
    const { holderId } = await ports.visibleRequest(actor, requestId);
    if (holderId !== actor.participantId) throw new DomainError("notFound", "you have no such request");
  }

  async function content(actor: Actor, requestId: string, kind: string): Promise<Content> {
    const { holderId } = await ports.visibleRequest(actor, requestId);
    const reader = await ports.institution(actor.participantId);
    return ports.readUnderConsent(
      reader,
      { holderId, requestId, what: `material:${catalogOfKind(kind) ?? materialKind(kind)?.name.zh ?? kind}` },
      async () => {
        const [known, dossier] = await Promise.all([knownOf(holderId), store.dossier(requestId)]);
        const attached = dossier?.attached.find((one) => one.kind === kind);
        const held = attached && heldBy(attached, known);
        const about = known.kinds.get(kind);
        if (!held || !about) throw new DomainError("notFound", "nothing of this kind is attached to the request");
        if (held.state !== "valid")
          throw new DomainError(`material.${held.state}`, `what is attached is ${held.state} now`, {
            fix: "ask for a valid one",
          });
        const base = { kind, kindName: about.name, ...(held.validUntil ? { validUntil: held.validUntil } : {}) };
        const licence = known.licences.find(({ id }) => id === held.licenceId);
        if (licence) {
          const proof = await ports.recordProof(holderId, licence.id);
          return { ...base, title: held.title, licence, ...(proof ? { proof } : {}) };
        }
        const material = known.materials.find(({ _id }) => _id === held.materialId)!;
        const proof = await ports.materialProof(materialLeaf(material._id), materialOpening(material));
        return {
          ...base,
          title: material.title,
          ...(material.file ? { file: { ...material.file }, path: files.pathOf(material._id) } : {}),
          ...(material.statement ? { statement: materials.statementOf(material) } : {}),
          ...(proof ? { proof } : {}),
        };
      },
    );
  }

  const service: DossierService = {
    async view(actor, requestId) {
      const { holderId } = await ports.visibleRequest(actor, requestId);
      const [known, dossier] = await Promise.all([knownOf(holderId), store.dossier(requestId)]);
      return viewOf(requestId, dossier, known, actor);
    },

    async own(actor) {
      const [known, found] = await Promise.all([knownOf(actor.participantId), store.dossiersOf(actor.participantId)]);
      return { items: found.map((dossier) => viewOf(dossier._id, dossier, known, actor)) };
    },

    async ask(actor, requestId, { kinds, note }) {
      const { holderId } = await ports.visibleRequest(actor, requestId);
      const known = new Set((await materials.kinds()).items.map(({ id }) => id));
      const strange = kinds.find((kind) => !known.has(kind));
      if (strange)
        throw new DomainError("input.invalid", `there is no kind ${strange}`, {
          field: "kinds",
          status: 400,
          fix: "use ids of GET /material-kinds",
        });
      const institution = await ports.institution(actor.participantId);
      const at = clock.now();
      await store.changeDossier(requestId, holderId, ({ asks, attached }) => ({
        attached,
        asks: [
          ...asks.filter((ask) => ask.institution.id !== institution.id || !kinds.includes(ask.kind)),
          ...kinds.map((kind) => ({ institution, kind, note, at })),
        ],
      }));
      return service.view(actor, requestId);
    },

    async attach(actor, requestId, items) {
      await requireOwn(actor, requestId);
      const known = await knownOf(actor.participantId);
      const at = clock.now();
      const chosen = items.map(({ kind, materialId, licenceId }, i): Attached => {
        const one = { kind, ...(materialId ? { materialId } : {}), ...(licenceId ? { licenceId } : {}), at };
        const held = heldBy(one, known);
        const ofKind = materialId
          ? known.materials.find(({ _id }) => _id === materialId)?.kind === kind
          : known.licences.find(({ id }) => id === licenceId)?.kind === catalogOfKind(kind);
        if (!held || !ofKind || held.state !== "valid")
          throw new DomainError("material.notValid", "you have no such valid material of this kind", {
            field: `items.${i}`,
            fix: "attach what is offered, or hand in a valid one first",
          });
        return one;
      });
      const kinds = new Set(chosen.map(({ kind }) => kind));
      await store.changeDossier(requestId, actor.participantId, ({ asks, attached }) => ({
        asks,
        attached: [...attached.filter(({ kind }) => !kinds.has(kind)), ...chosen],
      }));
      return service.view(actor, requestId);
    },

    async detach(actor, requestId, kind) {
      await requireOwn(actor, requestId);
      await store.changeDossier(requestId, actor.participantId, ({ asks, attached }) => ({
        asks,
        attached: attached.filter((one) => one.kind !== kind),
      }));
      return service.view(actor, requestId);
    },

    async open(actor, requestId, kind) {
      const { path: _, ...shown } = await content(actor, requestId, kind);
      return shown;
    },

    async openFile(actor, requestId, kind) {
      const { file, path } = await content(actor, requestId, kind);
      if (!file || !path) throw new DomainError("notFound", "there is no file of this kind");
      return { ...file, path };
    },
  };
  return service;
}
