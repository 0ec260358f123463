import type { Clock } from "../../lib/clock.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { basisOf } from "./domain/profile-basis.ts";
import { type CatalogLabel, type Mark, viewOf } from "./domain/profile-view.ts";
import type { CatalogFacts, PeriodScope } from "./domain/sources.ts";
import {
  contentOf,
  DEFINITIONS,
  digestOf,
  type ProfileContent,
  pack,
  type RecordTrace,
  type StoredRecord,
  unpack,
} from "./profile-content.ts";
import type { ExchangeState } from "./profile-inputs-store.ts";
import type { ProfileBasis, ProfileView } from "./profile-schemas.ts";
import type { ProfileStore } from "./profile-store.ts";
import { type PersonTies, relatedOf } from "./related-view.ts";

/** What of an enterprise's records may be seen. */
export interface Scope extends PeriodScope {
  readonly catalogs: ReadonlySet<string>;
  /** The consent's period, as its terms say it. */
  readonly period: { dataFrom?: string | undefined; dataTo?: string | undefined };
}

export interface ReaderPorts {
  recordsOf(uscc: string): Promise<StoredRecord[]>;
  state(): Promise<ExchangeState>;
  markerFor(uscc: string): Promise<(record: { _id: string; catalogId: string; key: string }) => Mark>;
  ties: PersonTies;
  /** Where a record's batch stands on the chain. */
  anchorsOf(batchIds: readonly string[]): Promise<ReadonlyMap<string, AnchorState>>;
  catalogLabel(catalogId: string): CatalogLabel;
  districtName(code: string): string;
  catalogs: ReadonlyMap<string, CatalogFacts>;
  /** Another one when what a profile uses of the catalogs has changed. */
  catalogsVersion(): string;
}

export type ExplainedProfile = ProfileView & { basis: ProfileBasis };

export interface ProfileReader {
  /** All that there is of an enterprise: kept from before where nothing has changed since. */
  whole(uscc: string): Promise<ProfileView>;
  /** The same with what it takes to work it out again. */
  explained(uscc: string): Promise<ExplainedProfile>;
  /** What a scope shows, always worked out of just the records that it covers; with what that takes. */
  scoped(uscc: string, scope: Scope): Promise<{ profile: ExplainedProfile; records: number }>;
}

const WAITING: AnchorState = { state: "waiting" };
const anchorId = ({ batchId, chunk }: { batchId: string; chunk: number }): string => `${batchId}:${chunk}`;

/** A profile holds as long as the day, the rules, the catalogs and the visible batches are the same. */
export const stampOf = (day: string, { version }: ExchangeState, catalogsVersion: string): string =>
  `${DEFINITIONS}|${catalogsVersion}|${day}|${version}`;
export const dayOf = (clock: Clock): string => clock.now().toISOString().slice(0, 10);

export function createProfileReader(store: ProfileStore, ports: ReaderPorts, clock: Clock): ProfileReader {
  async function shown(
    uscc: string,
    content: ProfileContent,
    markOf: Awaited<ReturnType<ReaderPorts["markerFor"]>>,
    covered?: ReadonlySet<string>,
  ): Promise<ProfileView> {
    const beside = {
      uscc,
      computedAt: clock.now().toISOString(),
      markOf,
      labelOf: ports.catalogLabel,
      districtName: ports.districtName,
      catalogs: ports.catalogs,
      covered,
    };
    const [anchors, related] = await Promise.all([
      ports.anchorsOf([...new Set(content.records.map(anchorId))]),
      relatedOf(content, ports.ties, beside),
    ]);
    const anchorOf = (trace: RecordTrace) => anchors.get(anchorId(trace)) ?? WAITING;
    return { ...viewOf(content, { ...beside, anchorOf }), related };
  }

  /** The stamp is from before the records were read: they are at least as new as it says. */
  async function workedOut(uscc: string, day: string, state: ExchangeState): Promise<ProfileContent> {
    const records = await ports.recordsOf(uscc);
    const content = contentOf({ day, records, received: state.received, catalogs: ports.catalogs });
    if (records.length > 0) {
      const json = JSON.stringify(content);
      const stamp = stampOf(day, state, ports.catalogsVersion());
      await store.keep([{ _id: uscc, stamp, digest: digestOf(json), content: pack(json) }], []);
    }
    return content;
  }

  async function known(uscc: string) {
    const day = dayOf(clock);
    const [kept, state, markOf] = await Promise.all([store.find(uscc), ports.state(), ports.markerFor(uscc)]);
    const content =
      kept?.stamp === stampOf(day, state, ports.catalogsVersion())
        ? unpack(kept.content)
        : await workedOut(uscc, day, state);
    return { content, day, received: state.received, view: () => shown(uscc, content, markOf) };
  }

  return {
    whole: async (uscc) => (await known(uscc)).view(),
    async explained(uscc) {
      const { content, day, received, view } = await known(uscc);
      return { ...(await view()), basis: basisOf(content, { asOf: day, received, catalogs: ports.catalogs }) };
    },
    async scoped(uscc, scope) {
      const [records, state, markOf] = await Promise.all([ports.recordsOf(uscc), ports.state(), ports.markerFor(uscc)]);
      const covered = (catalogId: string) => scope.catalogs.has(catalogId);
      const seen = records.filter(({ catalogId, period }) => covered(catalogId) && scope.covers(period));
      const day = dayOf(clock);
      const received = new Map([...state.received].filter(([catalogId]) => covered(catalogId)));
      const content = contentOf({ day, records: seen, received, catalogs: ports.catalogs, scope });
      const basis = basisOf(content, {
        asOf: day,
        received,
        catalogs: ports.catalogs,
        scope: { catalogs: [...scope.catalogs].sort(), ...scope.period },
      });
      return {
        profile: { ...(await shown(uscc, content, markOf, scope.catalogs)), basis },
        records: seen.length,
      };
    },
  };
}
