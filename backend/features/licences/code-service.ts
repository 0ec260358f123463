import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { LeafPack } from "../../lib/proof/pack.ts";
import type { CodeLook, CodeStore, CodeUseDocument } from "./code-store.ts";
import {
  ALL_LICENCES,
  type CodeFault,
  codeDigest,
  type EnterpriseCode,
  faultOfCode,
  readCode,
} from "./domain/enterprise-code.ts";
import type { LicenceCatalog } from "./domain/licence.ts";
import type { CodeContent, CodeUse } from "./licence-schemas.ts";
import type { LicencePorts, LicenceService, ReceivedRecord } from "./licence-service.ts";

const MOST_RECORDS = 60;
const MOST_USES = 50;
/** The reader of who scans without signing in. */
const PUBLIC_READER = { id: "public", name: "公众扫码" };
/** Proofs are checked on the page after the look; a bit longer than a code lives. */
const CHECKING_MS = 15 * 60_000;

const FAULTS: Record<CodeFault | "used", { status: number; message: string; fix: string }> = {
  terms: {
    status: 422,
    message: "the code lasts longer, or may be looked at more often, than codes may",
    fix: "ask for a new code",
  },
  early: { status: 409, message: "the code isn't valid yet", fix: "set the clock of the device that shows it" },
  expired: { status: 410, message: "the code has expired", fix: "ask the enterprise to show a new one" },
  audience: {
    status: 403,
    message: "the code is for another institution",
    fix: "sign in as the institution that it was made for",
  },
  used: {
    status: 409,
    message: "the code was looked at as often as it allows",
    fix: "ask the enterprise to show a new one",
  },
};

interface Holder {
  id: string;
  name: string;
  uscc: string;
  address: string;
  identity: { document: unknown; salt: string; commitment: string };
}

interface Ports extends Pick<LicencePorts, "catalogs" | "departmentName" | "recordsOf"> {
  /** The active enterprise with this code. */
  holderOf(uscc: string): Promise<Holder | undefined>;
  chainId: number;
  registry: string;
  /** Whether this account's key, or contract, signed the digest. */
  isSignedBy(account: string, digest: string, signature: string): Promise<boolean>;
  nameOf(participantId: string): Promise<string>;
  /** The proof pack of a record of the holder's; undefined while it is being anchored. */
  proofOf(holderId: string, recordId: string): Promise<LeafPack | undefined>;
  /** The entry in the enterprise's access log, as an effect. */
  accessEffect(entry: {
    id: string;
    at: string;
    holderId: string;
    reader: { id: string; name: string };
    what: string;
    purpose: string;
    records?: number;
    allowed: boolean;
    reason?: "noConsent" | "tooOften";
  }): Effect;
}

export interface CodeService {
  /** One look at what a code shows, counted and logged before it is given out. Throws code.* on any code that is refused. */
  look(actor: Actor | undefined, text: string): Promise<CodeContent>;
  /** The enterprise's codes that were looked at, the newest first. */
  uses(actor: Actor): Promise<{ items: CodeUse[] }>;
  /** Throws notFound unless somebody may still be checking the proofs of this code. */
  requireRecent(codeId: string): Promise<void>;
}

export function createCodeService(
  store: CodeStore,
  licences: Pick<LicenceService, "viewOf">,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): CodeService {
  const readerOf = async (actor: Actor | undefined) =>
    actor ? { id: actor.participantId, name: await ports.nameOf(actor.participantId) } : PUBLIC_READER;

  /** The code and whose it is; only what its enterprise itself has signed gets through. */
  async function genuine(text: string): Promise<{ code: EnterpriseCode; digest: string; holder: Holder }> {
    const read = readCode(text);
    if (!read)
      throw new DomainError("code.unreadable", "this is no enterprise code", {
        field: "code",
        status: 422,
        fix: "scan the whole QR code, or copy the whole link",
      });
    const holder = await ports.holderOf(read.code.uscc);
    const digest = codeDigest(ports.chainId, ports.registry, read.code);
    if (!holder || !(await ports.isSignedBy(holder.address, digest, read.signature)))
      throw new DomainError("code.forged", "the enterprise that the code names has not signed it", {
        field: "code",
        status: 422,
        fix: "trust nothing of it; ask the enterprise to show a code from its own account",
      });
    return { code: read.code, digest, holder };
  }

  const shownItems = (code: EnterpriseCode, catalogs: readonly LicenceCatalog[]): LicenceCatalog[] =>
    catalogs.filter(
      ({ id, licence }) => code.items.includes(id) || (licence !== undefined && code.items.includes(ALL_LICENCES)),
    );

  async function shownRecord(holder: Holder, record: ReceivedRecord, catalog: LicenceCatalog) {
    const [licence, proof] = await Promise.all([
      licences.viewOf(record, catalog),
      ports.proofOf(holder.id, record._id),
    ]);
    const fields = catalog.fields
      .filter(({ type }) => type !== "person-id")
      .map(({ name, label, type }) => ({
        name,
        label,
        type,
        value: (record.fields[name] ?? null) as string | number | boolean | null,
      }));
    return { id: record._id, ...(licence ? { licence } : {}), fields, ...(proof ? { proof } : {}) };
  }

  async function gather(holder: Holder, code: EnterpriseCode): Promise<CodeContent["items"]> {
    const [catalogs, records] = await Promise.all([ports.catalogs(), ports.recordsOf(holder.uscc)]);
    let left = MOST_RECORDS;
    const items: CodeContent["items"] = [];
    for (const catalog of shownItems(code, catalogs)) {
      const own = records
        .filter(({ catalogId }) => catalogId === catalog.id)
        .sort((a, b) => (b.period ?? "").localeCompare(a.period ?? "") || (a._id < b._id ? 1 : -1))
        // Of a fact the latest: what was found before is history, which nobody was asked to show.
        .slice(0, catalog.licence ? left : Math.min(left, 1));
      left -= own.length;
      // All licences means those that there are; what was chosen by name is told to be missing.
      if (own.length === 0 && !code.items.includes(catalog.id)) continue;
      items.push({
        id: catalog.id,
        name: catalog.name,
        departmentName: ports.departmentName(catalog.departmentCode),
        kind: catalog.licence ? "licence" : "fact",
        records: (await Promise.all(own.map((record) => shownRecord(holder, record, catalog)))).sort(
          (a, b) => Number(b.licence?.status === "valid") - Number(a.licence?.status === "valid"),
        ),
      });
    }
    return items;
  }

  const documentOf = (code: EnterpriseCode, holder: Holder) => ({
    codeId: code.codeId,
    holderId: holder.id,
    items: [...code.items],
    audience: code.audience,
    views: code.views,
    issuedAt: new Date(code.issuedAt * 1000),
    expiresAt: new Date(code.expiresAt * 1000),
  });
  const entryOf = (holder: Holder, look: CodeLook, records?: number): Effect =>
    ports.accessEffect({
      id: newId(),
      at: look.at.toISOString(),
      holderId: holder.id,
      reader: look.reader,
      what: "code",
      purpose: "enterpriseCode",
      ...(records === undefined ? {} : { records }),
      allowed: look.allowed,
      ...(look.allowed ? {} : { reason: look.reason === "used" ? ("tooOften" as const) : ("noConsent" as const) }),
    });

  const service: CodeService = {
    async look(actor, text) {
      const { code, digest, holder } = await genuine(text);
      const reader = await readerOf(actor);
      async function refuse(fault: CodeFault | "used"): Promise<never> {
        if (fault !== "terms") {
          const look: CodeLook = { at: clock.now(), reader, allowed: false, reason: fault };
          if (await store.noteRefusal(digest, documentOf(code, holder), look, [entryOf(holder, look)])) onWork();
        }
        const { message, ...how } = FAULTS[fault];
        throw new DomainError(`code.${fault}`, message, { field: "code", ...how });
      }
      const fault = faultOfCode(code, actor?.participantId, clock.now());
      if (fault) return refuse(fault);
      if (((await store.findUse(digest))?.used ?? 0) >= code.views) return refuse("used");
      const items = await gather(holder, code);
      const records = items.reduce((sum, item) => sum + item.records.length, 0);
      const look: CodeLook = { at: clock.now(), reader, allowed: true };
      const used = await store.countLook(digest, documentOf(code, holder), look, [entryOf(holder, look, records)]);
      if (!used) return refuse("used");
      onWork();
      const { name, uscc, address, identity } = holder;
      return {
        codeId: code.codeId,
        issuedAt: used.issuedAt.toISOString(),
        expiresAt: used.expiresAt.toISOString(),
        viewsLeft: used.views - used.used,
        enterprise: { uscc, name, address, identity },
        items,
      };
    },

    async uses({ participantId }) {
      const found = await store.ofHolder(participantId, MOST_USES);
      return { items: found.map(useOf) };
    },

    async requireRecent(codeId) {
      const found = await store.find(codeId);
      if (!found || found.used === 0 || found.expiresAt.getTime() + CHECKING_MS < clock.now().getTime())
        throw new DomainError("notFound", "nobody has looked at such a code lately");
    },
  };
  return service;
}

const useOf = ({ codeId, items, audience, views, expiresAt, looks }: CodeUseDocument): CodeUse => ({
  codeId,
  items,
  audience,
  views,
  expiresAt: expiresAt.toISOString(),
  looks: looks.map(({ at, reader, allowed, reason }) => ({
    at: at.toISOString(),
    reader: { id: reader.id, name: reader.name },
    allowed,
    ...(reason ? { reason } : {}),
  })),
});
