import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { CODE_FACTS } from "./domain/enterprise-code.ts";
import {
  type Bilingual,
  chinaDay,
  type LicenceCatalog,
  type LicenceRecord,
  licenceOf,
  sortedLicences,
} from "./domain/licence.ts";
import type { codeItemList, departmentLicences, LicenceView, licenceKindList } from "./licence-schemas.ts";

export interface ReceivedRecord extends LicenceRecord {
  readonly receivedAt: Date;
}

export interface LicenceService {
  /** All licences that departments know of it, with their status of this moment. */
  ofEnterprise(uscc: string): Promise<LicenceView[]>;
  own(actor: Actor): Promise<{ items: LicenceView[] }>;
  /** All kinds; for a department its own, with the number of records. */
  kinds(actor: Actor): Promise<z.infer<typeof licenceKindList>>;
  /** An enterprise's licences of the department's kinds, by its code or name. */
  ofDepartment(actor: Actor, enterprise: string): Promise<z.infer<typeof departmentLicences>>;
  /** What an enterprise code may show. */
  codeItems(): Promise<z.infer<typeof codeItemList>>;
  viewOf(record: ReceivedRecord, catalog: LicenceCatalog): Promise<LicenceView | undefined>;
}

export interface LicencePorts {
  catalogs(): Promise<readonly LicenceCatalog[]>;
  departmentName(code: string): Bilingual;
  departmentOf(participantId: string): Promise<string | undefined>;
  usccOf(participantId: string): Promise<string>;
  /** The newest visible version of each record. */
  recordsOf(uscc: string): Promise<readonly ReceivedRecord[]>;
  recordCounts(): Promise<ReadonlyMap<string, number>>;
  /** The enterprise that a code or a name means, if it is certain. */
  enterpriseOf(text: string): Promise<{ uscc: string; name?: string } | undefined>;
}

export function createLicenceService(ports: LicencePorts, clock: Clock): LicenceService {
  const service: LicenceService = {
    async viewOf(record, catalog) {
      const found = licenceOf(record, catalog, chinaDay(clock.now()));
      if (!found) return undefined;
      const departmentName = ports.departmentName(catalog.departmentCode);
      return { ...found, departmentName, receivedAt: record.receivedAt.toISOString() };
    },

    async ofEnterprise(uscc) {
      const [catalogs, records] = await Promise.all([ports.catalogs(), ports.recordsOf(uscc)]);
      const byId = new Map(catalogs.filter(({ licence }) => licence).map((catalog) => [catalog.id, catalog]));
      const views = await Promise.all(
        records.map((record) => {
          const catalog = byId.get(record.catalogId);
          return catalog && service.viewOf(record, catalog);
        }),
      );
      return sortedLicences(views.filter((view) => view !== undefined));
    },

    own: async ({ participantId }) => ({ items: await service.ofEnterprise(await ports.usccOf(participantId)) }),

    async kinds({ role, participantId }) {
      const own = role === "department" ? await ports.departmentOf(participantId) : undefined;
      const counts = role === "department" ? await ports.recordCounts() : undefined;
      const catalogs = (await ports.catalogs()).filter(
        ({ licence, departmentCode }) => licence && (role !== "department" || departmentCode === own),
      );
      return {
        items: catalogs.map(({ id, name, departmentCode }) => ({
          kind: id,
          name,
          departmentName: ports.departmentName(departmentCode),
          ...(counts ? { records: counts.get(id) ?? 0 } : {}),
        })),
      };
    },

    async ofDepartment(actor, text) {
      const enterprise = await ports.enterpriseOf(text);
      if (!enterprise) return { items: [] };
      const { items: kinds } = await service.kinds(actor);
      const own = new Set(kinds.map(({ kind }) => kind));
      const items = (await service.ofEnterprise(enterprise.uscc)).filter(({ kind }) => own.has(kind));
      return { enterprise, items };
    },

    async codeItems() {
      const shown = (await ports.catalogs()).filter(({ id, licence }) => licence || CODE_FACTS.includes(id));
      return {
        items: shown.map(({ id, name, departmentCode, licence }) => ({
          id,
          name,
          departmentName: ports.departmentName(departmentCode),
          kind: licence ? ("licence" as const) : ("fact" as const),
        })),
      };
    },
  };
  return service;
}
