import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { type Effect, leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { AccessEntryDocument, AccessFields, AccessStore, NoticeDocument } from "./access-store.ts";
import type { accessLog, noticeList } from "./consent-schemas.ts";

const PAGE_SIZE = 50;

/**
 * Why the financial regulator may read without a consent: on inspection it looks into and copies what belongs to the matter
 * inspected, here what banks were shown and the records behind it, and examines the systems that hold business data (items
 * 3 and 4 of the article). Its number is of the version named.
 */
export const SUPERVISION = {
  purpose: "supervision",
  legalBasis: "《中华人民共和国银行业监督管理法》（2006年修正）第三十四条",
} as const;

/** The least that access logs are kept, by the law on network security. */
export const LEAST_LOG_MONTHS = 6;

/** One read, as it goes into the access log. */
export interface AccessRecord extends AccessFields {
  id: string;
  at: string;
  /** One of several lines of a read whose notice comes with another line. */
  unnoticed?: boolean | undefined;
}

export type Notice = Omit<NoticeDocument, "seenAt" | "at"> & { at: string };

export const accessEffect = (payload: AccessRecord): Effect => ({ type: "access", payload });
export const noticeEffect = (payload: Notice): Effect => ({ type: "notice", payload });

export interface AccessService {
  /** Outbox handler, and for reads that have no consent to be written with: the log entry, its leaf and its notice. */
  record(entry: AccessRecord): Promise<void>;
  /** A read by an authority, written before it sees anything; by the regulator where no other ground is said. */
  recordLawful(reader: { id: string; name: string }, read: LawfulRead): Promise<void>;
  /** Outbox handler. */
  notify(notice: Notice): Promise<void>;
  list(holderId: string, page: number): Promise<z.infer<typeof accessLog>>;
  /** What an entry's commitment hides, and its salt. Throws notFound unless it is about this holder. */
  opening(holderId: string, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  notices(partyId: string, page: number): Promise<z.infer<typeof noticeList>>;
  unread(partyId: string): Promise<{ unread: number }>;
  markSeen(partyId: string, ids: readonly string[] | undefined): Promise<{ unread: number }>;
  /** Worker step: what is older than the time that logs are kept goes. */
  deleteOld(): Promise<boolean>;
}

type LawfulRead = Omit<AccessRecord, "id" | "at" | "reader" | "purpose" | "allowed"> & { purpose?: string };

const OPTIONAL = ["consentId", "recordId", "copyId", "records", "legalBasis", "withheldUntil", "reason"] as const;

/** What there is of the fields that not every entry has. */
const optionalOf = (entry: AccessRecord | AccessEntryDocument): Pick<AccessRecord, (typeof OPTIONAL)[number]> =>
  Object.fromEntries(OPTIONAL.filter((name) => entry[name] !== undefined).map((name) => [name, entry[name]]));

export function createAccessService(
  store: AccessStore,
  ports: {
    usccOf(participantId: string): Promise<string | undefined>;
    anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  },
  clock: Clock,
  onWork: () => void,
  keptMonths: number,
): AccessService {
  if (keptMonths < LEAST_LOG_MONTHS)
    throw new RangeError(`access logs are kept for at least ${LEAST_LOG_MONTHS} months`);
  /** What was read before the enterprise joined stands under its code. */
  async function namesOf(holderId: string): Promise<string[]> {
    const uscc = await ports.usccOf(holderId);
    return uscc ? [holderId, uscc] : [holderId];
  }

  const service: AccessService = {
    async record(entry) {
      const { id, at, holderId, reader, what, purpose, allowed } = entry;
      const salt = randomSalt();
      const fields = { holderId, reader, what, purpose, allowed, ...optionalOf(entry) };
      const leaf = leafEffect({
        id: `access:${id}`,
        kind: "accessLog",
        commitment: commitment(salt, { id, at, ...fields }),
      });
      await store.add({ ...fields, at: new Date(at), salt }, id, [leaf]);
      const { withheldUntil, unnoticed } = entry;
      if (unnoticed) return onWork();
      await service.notify({
        _id: `access:${id}`,
        partyId: holderId,
        at: withheldUntil ?? at,
        kind: allowed ? "read" : "refused",
        who: reader.name,
        what,
        purpose,
        about: id,
      });
      onWork();
    },
    recordLawful: (reader, read) =>
      service.record({ ...SUPERVISION, ...read, id: newId(), at: clock.now().toISOString(), reader, allowed: true }),
    async notify({ at, ...notice }) {
      await store.addNotice({ ...notice, at: new Date(at) });
    },
    async list(holderId, page) {
      const { items, total } = await store.list(await namesOf(holderId), clock.now(), page, PAGE_SIZE);
      const anchors = await ports.anchorsOf(items.map(({ _id }) => `access:${_id}`));
      return {
        total,
        items: items.map((entry) => ({
          id: entry._id,
          at: entry.at.toISOString(),
          reader: entry.reader,
          what: entry.what,
          purpose: entry.purpose,
          ...(optionalOf(entry) as object),
          allowed: entry.allowed,
          anchor: anchors.get(`access:${entry._id}`) ?? { state: "waiting" as const },
        })),
      };
    },
    async opening(holderId, id) {
      const entry = await store.find(id);
      const withheld = entry?.withheldUntil !== undefined && entry.withheldUntil > clock.now().toISOString();
      if (!entry || withheld || !(await namesOf(holderId)).includes(entry.holderId))
        throw new DomainError("notFound", "your access log has no such entry");
      const { _id, at, reader, what, purpose, allowed, salt } = entry;
      const document: AccessRecord = {
        id: _id,
        at: at.toISOString(),
        holderId: entry.holderId,
        reader: { id: reader.id, name: reader.name },
        what,
        purpose,
        allowed,
        ...optionalOf(entry),
      };
      return { document, salt, commitment: commitment(salt, document) };
    },
    async notices(partyId, page) {
      const [{ items, total }, unread] = await Promise.all([
        store.notices(partyId, clock.now(), page, PAGE_SIZE),
        store.unread(partyId, clock.now()),
      ]);
      return {
        total,
        unread,
        items: items.map(({ _id, at, kind, who, what, purpose, about, seenAt }) => ({
          id: _id,
          at: at.toISOString(),
          kind,
          who,
          ...(what === undefined ? {} : { what }),
          ...(purpose === undefined ? {} : { purpose }),
          ...(about === undefined ? {} : { about }),
          seen: seenAt !== undefined,
        })),
      };
    },
    unread: async (partyId) => ({ unread: await store.unread(partyId, clock.now()) }),
    async markSeen(partyId, ids) {
      await store.markSeen(partyId, ids, clock.now());
      return service.unread(partyId);
    },
    async deleteOld() {
      const before = new Date(clock.now());
      before.setUTCMonth(before.getUTCMonth() - keptMonths);
      await store.deleteBefore(before);
      return false;
    },
  };
  return service;
}
