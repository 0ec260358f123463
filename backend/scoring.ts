import { readFileSync } from "node:fs";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { AccessService } from "./features/consents/access-service.ts";
import type { CopyService } from "./features/consents/copy-service.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import { INDICATORS } from "./features/profiles/domain/indicators.ts";
import type { CatalogFacts } from "./features/profiles/domain/sources.ts";
import { contentOf, type StoredRecord } from "./features/profiles/profile-content.ts";
import type { EnterpriseRecords, RecordVersion } from "./features/profiles/profile-inputs-store.ts";
import type { ProfileView } from "./features/profiles/profile-schemas.ts";
import type { ProfileService } from "./features/profiles/profile-service.ts";
import { industryOf, sizeOf } from "./features/scoring/domain/population.ts";
import { SCORE_INDICATORS } from "./features/scoring/domain/score-indicators.ts";
import type { NamedIndicator } from "./features/scoring/domain/wording.ts";
import { createMonitoringService, type DecidedCase, type Surveyed } from "./features/scoring/monitoring-service.ts";
import { createScoreService } from "./features/scoring/score-service.ts";
import { createScorecardService } from "./features/scoring/scorecard-service.ts";
import { type ScorecardPackage, scorecardPackage } from "./features/scoring/training-schemas.ts";
import type { Clock } from "./lib/clock.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  profiles: ProfileService;
  exchange: Pick<DataExchangeService, "receivedCatalogs">;
  /** Of all versions of an enterprise's records, what may be seen. */
  seen(versions: readonly RecordVersion[]): StoredRecord[];
  catalogs: ReadonlyMap<string, CatalogFacts>;
  participants: ParticipantService;
  anchoring: AnchoringService;
  access: AccessService;
  copies: CopyService;
  indicators: ReadonlyMap<string, NamedIndicator>;
  nameOf(participantId: string): Promise<string>;
  clock: Clock;
  onWork: () => void;
}

const CASES = 100;
/** Status of those who may be given credit; closed ones are no part of the population. */
const IN_BUSINESS = "active";
/** Records of one slice: a few hundred enterprises. */
const SLICE_RECORDS = 4_000;
/** Enterprises worked out before others have their turn. */
const TURN = 4;
const LONGEST_REST_MS = 2_000;
/** States of a credit grant that tell what became of it. */
const GOOD = new Set(["settled"]);
const BAD = new Set(["defaulted", "writtenOff"]);

const shipped = (): ScorecardPackage =>
  scorecardPackage.parse(
    JSON.parse(readFileSync(new URL("./features/scoring/platform-scorecard.json", import.meta.url), "utf8")),
  );

/** Scorecards, the scores that they give, and the watch over both. */
export function scoringOf({ stores, profiles, participants, anchoring, nameOf, clock, onWork, ...parts }: Parts) {
  const scorecards = createScorecardService(
    stores.scorecards,
    { indicators: parts.indicators, platformName: "融桥平台", nameOf, anchorsOf: anchoring.anchorsOf },
    clock,
    onWork,
  );
  const idOf = async (uscc: string): Promise<string | undefined> => (await participants.byUsccs([uscc]))[0]?._id;
  const scores = createScoreService(
    stores.scores,
    scorecards,
    {
      ownProfile: profiles.own,
      profileOf: profiles.ofUscc,
      usccOf: async (participantId) => (await participants.find(participantId))?.uscc,
      nameOf,
      async findSnapshot(id) {
        const found = await stores.snapshots.find(id);
        return found && { ...found, id };
      },
      async snapshotProfile(id) {
        const content = (await stores.snapshots.find(id))?.content;
        return content === undefined ? undefined : (JSON.parse(content) as ProfileView);
      },
      mayOpenCopy: parts.copies.openFor,
      async logLawful(actor, uscc) {
        const reader = { id: actor.participantId, name: await nameOf(actor.participantId) };
        await parts.access.recordLawful(reader, { holderId: (await idOf(uscc)) ?? uscc, what: "score" });
      },
      anchorsOf: anchoring.anchorsOf,
      dataMark: async () =>
        [...(await parts.exchange.receivedCatalogs())]
          .map((entry) => entry.join("="))
          .sort()
          .join(),
    },
    clock,
    onWork,
  );

  async function casesOf(usccs: readonly string[]): Promise<DecidedCase[]> {
    const cases: DecidedCase[] = [];
    for (const { _id: enterpriseId, uscc } of await participants.byUsccs([...usccs])) {
      if (!uscc) continue;
      const [asked, granted] = await Promise.all([
        stores.requests.list({ enterpriseId }, clock.now(), 1, CASES),
        stores.grants.list({ enterpriseId }, 1, CASES),
      ]);
      for (const request of asked.items) {
        const grant = granted.items.find(({ requestId }) => requestId === request._id);
        const state: string = grant?.state ?? "";
        if (grant)
          cases.push({
            uscc,
            decidedAt: grant.grantedAt,
            approved: true,
            bad: GOOD.has(state) ? false : BAD.has(state) ? true : null,
          });
        else if (request.state === "open" && request.expiresAt <= clock.now())
          cases.push({ uscc, decidedAt: request.expiresAt, approved: false, bad: null });
      }
    }
    return cases;
  }
  /** What a profile would say today, for counting alone: nothing is kept, no marks, no proofs. Null when closed or unknown. */
  function survey(
    { uscc, records: versions }: EnterpriseRecords,
    received: ReadonlyMap<string, string>,
  ): Surveyed | null {
    const records = parts.seen(versions);
    if (!records.some(({ catalogId }) => catalogId === "business-registration")) return null;
    const day = clock.now().toISOString().slice(0, 10);
    const { findings } = contentOf({ day, records, received, catalogs: parts.catalogs });
    const values = new Map(findings.map(({ value }, i) => [INDICATORS[i]!.id, value]));
    const value = (id: string) => values.get(id) ?? null;
    if ((value("identity.status") ?? IN_BUSINESS) !== IN_BUSINESS) return null;
    return {
      uscc,
      indicators: [...values].map(([id, known]) => ({ id, value: known })),
      groups: {
        district: String(value("identity.districtCode") ?? "unknown"),
        industry: industryOf(value("identity.industryCode")),
        size: sizeOf(value("people.insuredCount")),
      },
    };
  }

  const monitoring = createMonitoringService(
    stores.surveys,
    stores.scores,
    scorecards,
    {
      async slice(after) {
        const [page, { received }] = await Promise.all([
          stores.profileInputs.page(after, SLICE_RECORDS),
          stores.profileInputs.state(),
        ]);
        const items: Surveyed[] = [];
        for (const [i, enterprise] of page.entries()) {
          if (i % TURN === TURN - 1) await nextTurn();
          const surveyed = survey(enterprise, received);
          if (surveyed) items.push(surveyed);
        }
        return { items, last: page.at(-1)?.uscc };
      },
      casesOf,
      async ready() {
        const city = await stores.settings.get<{ done: boolean }>("sampleCity");
        return city?.done ?? true;
      },
    },
    clock,
    onWork,
  );

  return {
    scorecards,
    scores,
    monitoring,
    ensurePlatform: () => scorecards.ensurePlatform(shipped()),
    /** A slice, and a rest as long as it took: a survey leaves the machine to those who wait for an answer. */
    async survey(): Promise<boolean> {
      const began = performance.now();
      const more = await monitoring.step();
      if (more) await sleep(Math.min(LONGEST_REST_MS, performance.now() - began));
      return more;
    },
    /** A profile with its score and grade among the indicators, for rules that ask for them. */
    async withScore(profile: ProfileView): Promise<ProfileView> {
      const figures = await scores.figures(profile);
      if (!figures) return profile;
      const values: Record<string, string | number> = { "credit.score": figures.total, "credit.grade": figures.grade };
      const added = SCORE_INDICATORS.map(({ id, name, unit }) => ({
        id,
        group: "identity" as const,
        name,
        unit,
        value: values[id]!,
        asOf: figures.asOf,
        source: {
          catalogId: "scorecard",
          catalogName: { zh: "信用评分卡", en: "Credit scorecard" },
          departmentName: { zh: "融桥平台", en: "Rongqiao platform" },
        },
        recordIds: [],
        recordCount: 0,
      }));
      return { ...profile, indicators: [...profile.indicators, ...added] };
    },
  };
}
