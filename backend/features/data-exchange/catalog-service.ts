import { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { CatalogRegistry } from "./catalog-registry.ts";
import {
  asCatalog,
  type CatalogDetail,
  type CatalogVersionView,
  type catalogChange,
  type catalogDecision,
  type catalogRegistration,
  type codeWordList,
} from "./catalog-schemas.ts";
import type { CatalogDocument, CatalogFields, CatalogStore, CatalogVersion } from "./catalog-store.ts";
import type { Bilingual, Catalog } from "./domain/catalog.ts";
import { catalogChanges, changeFaults } from "./domain/catalog-changes.ts";
import { type CatalogFault, inBothLanguages } from "./domain/catalog-faults.ts";

interface Ports {
  departmentOf(participantId: string): Promise<string | undefined>;
  departmentName(code: string): Bilingual;
  participantName(participantId: string): Promise<string>;
  /** How many current records a catalog has, and in how many rows each field had a value. */
  contents(catalogId: string): Promise<{ records: number; filled: Readonly<Record<string, number>> }>;
}

export interface CatalogService {
  detail(actor: Actor, id: string): Promise<CatalogDetail>;
  /** Those with a version to decide on; a department sees its own. */
  waiting(actor: Actor): Promise<{ items: CatalogDetail[] }>;
  register(actor: Actor, input: z.infer<typeof catalogRegistration>): Promise<CatalogDetail>;
  change(actor: Actor, id: string, input: z.infer<typeof catalogChange>): Promise<CatalogDetail>;
  decide(actor: Actor, id: string, number: number, input: z.infer<typeof catalogDecision>): Promise<CatalogDetail>;
  words(): z.infer<typeof codeWordList>;
  /** In use, or the department's own that waits. */
  definition(actor: Actor, id: string): Promise<Catalog>;
}

const SEES_VERSIONS: ReadonlySet<string> = new Set(["operator", "regulator"]);

/** Refused as the API's own input checks are: every fault with its field. */
function refuse(faults: readonly CatalogFault[]): void {
  if (faults.length === 0) return;
  throw new z.ZodError(
    faults.map(({ path, message }) => ({
      code: "custom",
      path: path.split("."),
      message: inBothLanguages(message),
      input: undefined,
    })),
  );
}

export function createCatalogService(
  store: CatalogStore,
  registry: CatalogRegistry,
  ports: Ports,
  clock: Clock,
): CatalogService {
  async function requireDepartment(actor: Actor): Promise<string> {
    const code = await ports.departmentOf(actor.participantId);
    if (!code) throw new DomainError("role.notAllowed", "only departments have catalogs");
    return code;
  }

  /** A catalog of the installation is version 1, although nothing of it is stored. */
  function installed(catalog: Catalog): CatalogFields {
    return {
      departmentCode: catalog.departmentCode,
      versions: [{ number: 1, definition: catalog, state: "approved" }],
      current: 1,
      pending: false,
    };
  }

  async function known(id: string): Promise<{ fields: CatalogFields; document: CatalogDocument | null }> {
    const document = await store.find(id);
    if (document) return { fields: document, document };
    return { fields: installed(registry.require(id)), document: null };
  }

  async function viewOf(version: CatalogVersion, before: Catalog | undefined): Promise<CatalogVersionView> {
    const { number, state, definition, submittedAt, submittedBy, decidedAt, note } = version;
    return {
      number,
      state,
      definition: definition as CatalogVersionView["definition"],
      changes: catalogChanges(before, definition),
      ...(submittedAt ? { submittedAt: submittedAt.toISOString() } : {}),
      ...(submittedBy ? { submittedBy: await ports.participantName(submittedBy) } : {}),
      ...(decidedAt ? { decidedAt: decidedAt.toISOString() } : {}),
      ...(note ? { note } : {}),
    };
  }

  async function show(actor: Actor, id: string, fields: CatalogFields): Promise<CatalogDetail> {
    const { departmentCode, versions, current } = fields;
    const own = actor.role === "department" && (await ports.departmentOf(actor.participantId)) === departmentCode;
    const inUse = versions.find(({ number }) => number === current)?.definition;
    if (!inUse && !own && !SEES_VERSIONS.has(actor.role)) {
      throw new DomainError("notFound", `there is no catalog ${id}`);
    }
    const shown = own || SEES_VERSIONS.has(actor.role) ? versions : [];
    const views = await Promise.all(
      shown.map((version, i) => {
        const earlier = shown.slice(0, i).findLast(({ state }) => state === "approved")?.definition;
        return viewOf(version, earlier);
      }),
    );
    return {
      id,
      departmentCode,
      departmentName: ports.departmentName(departmentCode),
      ...(inUse ? { inUse: inUse as NonNullable<CatalogDetail["inUse"]> } : {}),
      currentVersion: current,
      versions: views.reverse(),
      mayChange: own,
    };
  }

  const submitted = (actor: Actor, number: number, definition: Catalog): CatalogVersion => ({
    number,
    definition,
    state: "pending",
    submittedBy: actor.participantId,
    submittedAt: clock.now(),
  });

  /** Writes over a catalog of the installation make its document. */
  async function save(id: string, document: CatalogDocument | null, fields: CatalogFields): Promise<void> {
    const { departmentCode, versions, current, pending } = fields;
    const set = { departmentCode, versions, current, pending };
    const written = document ? await store.change(document, set) : await store.insert(id, set);
    if (!written) throw new DomainError("conflict", `the catalog ${id} was changed meanwhile`);
    await registry.refresh();
  }

  return {
    detail: async (actor, id) => show(actor, id, (await known(id)).fields),
    async waiting(actor) {
      const own = actor.role === "department" ? await requireDepartment(actor) : undefined;
      const found = (await store.pending()).filter(({ departmentCode }) => !own || departmentCode === own);
      return { items: await Promise.all(found.map((document) => show(actor, document._id, document))) };
    },
    async register(actor, { id, ...input }) {
      const departmentCode = await requireDepartment(actor);
      const taken = (): DomainError =>
        new DomainError("catalog.exists", `there is a catalog ${id} already`, {
          field: "id",
          fix: "choose another id, or change that catalog if it is yours",
        });
      if (registry.find(id)) throw taken();
      const versions = [submitted(actor, 1, asCatalog(id, departmentCode, input))];
      const fields = { departmentCode, versions, current: 0, pending: true };
      if (!(await store.insert(id, fields))) throw taken();
      return show(actor, id, fields);
    },
    async change(actor, id, input) {
      const departmentCode = await requireDepartment(actor);
      const { fields, document } = await known(id);
      if (fields.departmentCode !== departmentCode) {
        throw new DomainError("role.notAllowed", `the catalog ${id} belongs to another department`);
      }
      const definition = asCatalog(id, departmentCode, input);
      const inUse = fields.versions.find(({ number }) => number === fields.current)?.definition;
      if (inUse) {
        if (catalogChanges(inUse, definition).length === 0) {
          throw new DomainError("catalog.unchanged", "this is what is in use already", { fix: "change something" });
        }
        const { records, filled } = await ports.contents(id);
        refuse(changeFaults(inUse, definition, records, filled));
      }
      const versions: CatalogVersion[] = [
        ...fields.versions.map((version) =>
          version.state === "pending" ? { ...version, state: "replaced" as const } : version,
        ),
        submitted(actor, fields.versions.length + 1, definition),
      ];
      const next = { ...fields, versions, pending: true };
      await save(id, document, next);
      return show(actor, id, next);
    },
    async decide(actor, id, number, { approve, note }) {
      const document = await store.find(id);
      const version = document?.versions.find((candidate) => candidate.number === number);
      if (!document || !version) throw new DomainError("notFound", `there is no version ${number} of ${id}`);
      if (version.state !== "pending") {
        throw new DomainError("catalog.decided", `version ${number} is ${version.state}`, {
          fix: "load the page again",
        });
      }
      if (!approve && !note)
        refuse([{ path: "note", message: { zh: "请说明不同意的理由", en: "say why it is rejected" } }]);
      const inUse = document.versions.find((candidate) => candidate.number === document.current)?.definition;
      if (approve && inUse) {
        // Records may have come since it was sent in.
        const { records, filled } = await ports.contents(id);
        refuse(changeFaults(inUse, version.definition, records, filled));
      }
      const decided: CatalogVersion = {
        ...version,
        state: approve ? "approved" : "rejected",
        decidedBy: actor.participantId,
        decidedAt: clock.now(),
        ...(note ? { note } : {}),
      };
      const versions = document.versions.map((candidate) => (candidate.number === number ? decided : candidate));
      const next = { ...document, versions, current: approve ? number : document.current, pending: false };
      await save(id, document, next);
      return show(actor, id, next);
    },
    words: () => ({ catalogs: Object.fromEntries(registry.words) as z.infer<typeof codeWordList>["catalogs"] }),
    async definition(actor, id) {
      const { inUse, versions } = await show(actor, id, (await known(id)).fields);
      return (inUse ?? versions[0]?.definition) as Catalog;
    },
  };
}
