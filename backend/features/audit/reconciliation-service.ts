import type { z } from "zod";
import { structHash } from "../../../contracts/typed-data.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ProofLine } from "../../lib/proof/lines.ts";
import type { difference, reconciliation, reconciliationPage } from "./audit-schemas.ts";
import {
  type ChainGrant,
  type ChainParticipant,
  type ChainRequest,
  type FieldDifference,
  grantDifferences,
  participantDifferences,
  RECONCILED,
  type ReconciledKind,
  requestDifferences,
} from "./domain/reconciliation.ts";
import { KEY_OF, type StoredFactsStore, type StoredOf } from "./stored-facts-store.ts";

interface ChainOf {
  participants: ChainParticipant;
  requests: ChainRequest;
  grants: ChainGrant;
}
/** Entities of the chain's index, in the order of their keys. */
export interface ChainFactsPort {
  page<Kind extends ReconciledKind>(
    kind: Kind,
    after: string,
    size: number,
  ): Promise<{ key: string; facts: ChainOf[Kind] }[]>;
  find<Kind extends ReconciledKind>(
    kind: Kind,
    keys: readonly string[],
  ): Promise<Map<string, { facts: ChainOf[Kind] }>>;
  indexedBlock(): Promise<number>;
}
interface Ports {
  chain: ChainFactsPort;
  stored: StoredFactsStore;
  acts(
    ids: readonly string[],
  ): Promise<Map<string, { state: string; blockNumber?: number | undefined; reason?: string | undefined }>>;
  /** Operators' accounts have their role from the chain's administrator and are not in the registry. */
  isOperator(address: string): Promise<boolean>;
  /** Lines of the full check that are not in order, for a grant that differs. */
  wrongLines(grantId: string): Promise<ProofLine[]>;
}

type Difference = z.infer<typeof difference>;
type Page = z.infer<typeof reconciliationPage>;
type Result = z.infer<typeof reconciliation>;

const PAGE_SIZE = 500;
/** So many differences are named, of each kind; all are counted. */
const NAMED = 100;
/** So many differing grants are checked in full. */
const CHECKED = 20;
/** Store and chain are read one after the other: what differs is looked at again, lest it changed in between. */
const LOOKS = 3;

export interface ReconciliationService {
  /** Everything, in one go. Called twice at a time it runs once. */
  all(): Promise<Result>;
  /** One page of one kind, after a key ("" for the first). */
  page(kind: ReconciledKind, after: string, size?: number): Promise<Page>;
}

export function createReconciliation({ chain, stored, ...ports }: Ports, clock: Clock): ReconciliationService {
  /** The account that was enrolled first, behind rotations. */
  async function firstOf(facts: ChainParticipant): Promise<ChainParticipant> {
    let at = facts;
    for (let step = 0; at.replaces && step < 100; step++) {
      const before = (await chain.find("participants", [at.replaces])).get(at.replaces);
      if (!before) break;
      at = before.facts;
    }
    return at;
  }
  async function accountToday(account: string): Promise<string> {
    let at = account;
    for (let step = 0; step < 100; step++) {
      const next = (await chain.find("participants", [at])).get(at)?.facts.replacedBy;
      if (!next) break;
      at = next;
    }
    return at;
  }

  const compare: {
    [Kind in ReconciledKind]: (
      pairs: { stored: StoredOf[Kind]; facts: ChainOf[Kind] }[],
    ) => Promise<FieldDifference[][]>;
  } = {
    participants: (pairs) =>
      Promise.all(
        pairs.map(async ({ stored: one, facts }) =>
          participantDifferences(one, facts, facts.replaces ? await firstOf(facts) : facts),
        ),
      ),
    requests: async (pairs) => pairs.map(({ stored: one, facts }) => requestDifferences(one, facts)),
    async grants(pairs) {
      const bids = await stored.bids(pairs.map(({ stored: { bidId } }) => bidId));
      const found: FieldDifference[][] = [];
      for (const { stored: one, facts } of pairs) {
        const fields = grantDifferences(one, facts, bids.get(one.bidId));
        // The grant names the account of its day, the ledger the one that bid: after a rotation both are right.
        const rotated = fields.find(({ name }) => name === "institution");
        const same = rotated && (await accountToday(rotated.stored)) === (await accountToday(rotated.onChain));
        found.push(same ? fields.filter((field) => field !== rotated) : fields);
      }
      return found;
    },
  };

  /** Ids of all acts that may still change an entity, and those of them that wait in an outbox. */
  async function actsOf<Kind extends ReconciledKind>(kind: Kind, items: readonly StoredOf[Kind][]) {
    type Item = StoredOf[ReconciledKind] & { outbox?: { type: string; payload?: { id?: string } }[] };
    const waiting = new Set<string>();
    const note = ({ outbox = [] }: Pick<Item, "outbox">) => {
      for (const { type, payload } of outbox) if (type === "act" && payload?.id) waiting.add(payload.id);
    };
    for (const item of items) note(item as Item);
    const byKey = new Map<string, string[]>();
    if (kind === "participants") {
      for (const { address, enrolActId } of items as readonly StoredOf["participants"][])
        byKey.set(address, enrolActId ? [enrolActId] : []);
    } else if (kind === "grants") {
      const grants = items as readonly StoredOf["grants"][];
      // A grant's act waits in its request's outbox.
      for (const request of (await stored.requests(grants.map(({ requestId }) => requestId))).values()) note(request);
      for (const { grantId, actId } of grants) byKey.set(grantId, [actId]);
    } else {
      const requests = items as readonly StoredOf["requests"][];
      const grants = await stored.grantsOf(requests.map(({ _id }) => _id));
      for (const { _id, requestKey, actId, award } of requests) {
        const withdrawal = structHash("Withdrawal", { requestKey });
        const own = grants.filter(({ requestId }) => requestId === _id).map((grant) => grant.actId);
        byKey.set(requestKey, [actId, withdrawal, ...(award ? [award.actId] : []), ...own]);
      }
    }
    return { byKey, waiting };
  }

  /** Entities with these keys as they are at this moment: what differs, and how many only wait. */
  async function look<Kind extends ReconciledKind>(
    kind: Kind,
    keys: readonly string[],
  ): Promise<{ differences: Difference[]; pending: number }> {
    // In this order: acts are at least as new as the store's documents, and the chain's facts as the indexed block.
    const items = await stored.byKeys(kind, keys);
    const { byKey, waiting } = await actsOf(kind, items);
    const acts = await ports.acts([...byKey.values()].flat());
    const indexedBlock = await chain.indexedBlock();
    const facts = await chain.find(kind, keys);
    const keyOf = (item: StoredOf[Kind]): string => (item as unknown as Record<string, string>)[KEY_OF[kind]]!;
    const isOnItsWay = (id: string): boolean => {
      const act = acts.get(id);
      if (!act) return waiting.has(id);
      return act.state === "confirmed" ? (act.blockNumber ?? 0) > indexedBlock : act.state !== "failed";
    };

    const storedByKey = new Map(items.map((item) => [keyOf(item), item]));
    const both = keys.flatMap((key) => {
      const [item, onChain] = [storedByKey.get(key), facts.get(key)];
      return item && onChain ? [{ key, stored: item as StoredOf[Kind], facts: onChain.facts }] : [];
    });
    const fieldsOf = new Map((await compare[kind](both)).map((fields, i) => [both[i]!.key, fields]));
    let pending = 0;
    const differences: Difference[] = [];
    for (const key of keys) {
      const item = storedByKey.get(key);
      const ids = byKey.get(key) ?? [];
      const moving = ids.some(isOnItsWay);
      const found = fieldsOf.get(key);
      if (found) {
        const fields = found.filter(({ mayBePending }) => !(mayBePending && moving));
        if (fields.length > 0)
          differences.push({ kind, key, id: item!._id, what: "differs", fields: fields.map(plain) });
        else if (found.length > 0) pending += 1;
      } else if (item && moving) pending += 1;
      else if (item && !(kind === "participants" && (await isOperator(item as StoredOf["participants"])))) {
        const failed = ids.flatMap((id) => (acts.get(id)?.state === "failed" ? [acts.get(id)!] : []))[0];
        const fields = failed ? [{ name: "act", stored: `failed: ${failed.reason ?? ""}`, onChain: "" }] : [];
        differences.push({ kind, key, id: item._id, what: "notOnChain", fields });
      } else if (!item && facts.has(key) && !(await isRotatedAway(kind, facts.get(key)!.facts))) {
        differences.push({ kind, key, what: "notInStore", fields: [] });
      }
    }
    return { differences, pending };
  }
  const plain = ({ name, stored: left, onChain }: FieldDifference) => ({ name, stored: left, onChain });
  const isOperator = async ({ kind, address }: StoredOf["participants"]): Promise<boolean> =>
    kind === "operator" && (await ports.isOperator(address));
  /** The store keeps a participant under its account of today. */
  const isRotatedAway = async (kind: ReconciledKind, facts: unknown): Promise<boolean> =>
    kind === "participants" && (facts as ChainParticipant).status === "rotated";

  async function page<Kind extends ReconciledKind>(kind: Kind, after: string, size = PAGE_SIZE): Promise<Page> {
    const [left, right] = [await stored.page(kind, after, size), await chain.page(kind, after, size)];
    const keyOf = (item: StoredOf[Kind]): string => (item as unknown as Record<string, string>)[KEY_OF[kind]]!;
    // A full page ends where the shorter reach of the two does: beyond, one side was not seen yet.
    const ends = [
      ...(left.length === size ? [keyOf(left.at(-1)!)] : []),
      ...(right.length === size ? [right.at(-1)!.key] : []),
    ].sort();
    const next = ends[0];
    const within = (key: string): boolean => next === undefined || key <= next;
    const storedHere = new Map(left.filter((item) => within(keyOf(item))).map((item) => [keyOf(item), item]));
    const chainHere = new Map(right.filter(({ key }) => within(key)).map(({ key, facts }) => [key, facts]));
    const both = [...storedHere].flatMap(([key, item]) => {
      const facts = chainHere.get(key);
      return facts ? [{ key, stored: item as StoredOf[Kind], facts }] : [];
    });
    const compared = await compare[kind](both);
    const agreeing = new Set(both.filter((_, i) => compared[i]!.length === 0).map(({ key }) => key));
    const keys = [...new Set([...storedHere.keys(), ...chainHere.keys()])];
    let doubtful = keys.filter((key) => !agreeing.has(key));
    let found: Awaited<ReturnType<typeof look>> = { differences: [], pending: 0 };
    for (let turn = 1; turn < LOOKS && doubtful.length > 0; turn++) {
      const again = await look(kind, doubtful);
      found = { differences: again.differences, pending: found.pending + again.pending };
      doubtful = again.differences.map(({ key }) => key);
    }
    const differences = found.differences.sort((a, b) => (a.key < b.key ? -1 : 1));
    const notInStore = differences.filter(({ what }) => what === "notInStore").length;
    return {
      kind,
      checkedAt: clock.now().toISOString(),
      indexedBlock: await chain.indexedBlock(),
      stored: storedHere.size,
      onChain: chainHere.size,
      pending: found.pending,
      matching: storedHere.size - found.pending - (differences.length - notInStore),
      differences,
      ...(next === undefined ? {} : { next }),
    };
  }

  async function run(): Promise<Result> {
    const kinds: Result["kinds"] = [];
    const differences: Difference[] = [];
    for (const kind of RECONCILED) {
      const total = { kind, stored: 0, onChain: 0, matching: 0, pending: 0, differing: 0 };
      const named: Difference[] = [];
      for (let after: string | undefined = ""; after !== undefined; ) {
        const part: Page = await page(kind, after);
        for (const count of ["stored", "onChain", "matching", "pending"] as const) total[count] += part[count];
        total.differing += part.differences.length;
        named.push(...part.differences.slice(0, NAMED - named.length));
        after = part.next;
      }
      kinds.push(total);
      differences.push(...named);
    }
    const grants = kinds.find(({ kind }) => kind === "grants")!;
    const ofGrants = differences.filter(({ kind }) => kind === "grants");
    const differing: Result["differing"] = [];
    for (const { id, key } of ofGrants) {
      if (!id) continue;
      differing.push({ id, grantId: key, lines: differing.length < CHECKED ? await ports.wrongLines(key) : [] });
    }
    return {
      checkedAt: clock.now().toISOString(),
      indexedBlock: await chain.indexedBlock(),
      grants: grants.stored,
      matching: grants.matching,
      pending: grants.pending,
      differing,
      missing: ofGrants.filter(({ what }) => what === "notInStore").map(({ key }) => key),
      kinds,
      differences,
    };
  }

  let underWay: Promise<Result> | undefined;
  return {
    page,
    all() {
      underWay ??= run().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}
