import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { INDICATORS } from "../../backend/features/profiles/domain/indicators.ts";
import type { IndicatorInput } from "../../backend/features/scoring/domain/scorecard.ts";
import {
  createMonitoringService,
  type DecidedCase,
  type MonitoringService,
  type Surveyed,
} from "../../backend/features/scoring/monitoring-service.ts";
import { createScoreService, type ScoreService } from "../../backend/features/scoring/score-service.ts";
import { createScoreStore, type ScoreStore } from "../../backend/features/scoring/score-store.ts";
import { createScorecardService } from "../../backend/features/scoring/scorecard-service.ts";
import { createScorecardStore } from "../../backend/features/scoring/scorecard-store.ts";
import { createSurveyStore } from "../../backend/features/scoring/survey-store.ts";
import type { Actor } from "../../backend/lib/actor.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";
import { randomOf } from "../../scripts/sample-city/random.ts";
import { SAMPLE_INDICATORS, sampleOutcomes } from "../../scripts/scorecard/sample-outcomes.ts";
import { trainedPackage } from "../support/scoring.ts";

const operator: Actor = { accountId: "a", sessionId: "s", role: "operator", participantId: "operator" };
const CITY = 700;
const DECIDED = new Date("2026-02-01T00:00:00Z");

type Value = (id: string, value: IndicatorInput) => IndicatorInput;

/** Enterprises drawn as those of training were; `change` makes another population of them. */
function cityOf(change: Value): Surveyed[] {
  const { csv } = sampleOutcomes({ rows: CITY, seed: "another draw" });
  const [header, ...lines] = csv.trim().split("\n");
  const ids = header!.split(",");
  return lines.map((line, index) => {
    const cells = line.split(",");
    const indicators = SAMPLE_INDICATORS.map(({ id }) => {
      const cell = cells[ids.indexOf(id)]!;
      return { id, value: change(id, cell === "" ? null : cell) };
    });
    const groups = { district: index % 2 ? "east" : "west", industry: "C", size: "unknown" };
    return { uscc: `U${String(index).padStart(5, "0")}`, indicators, groups };
  });
}

describe("the watch over a scorecard", function () {
  this.timeout(60_000);
  let folder: string;
  let stop: () => Promise<void>;
  let connection: Connection;
  let now = new Date("2026-03-01T00:00:00Z");
  let city: Surveyed[] = [];
  let cases: DecidedCase[] = [];
  let scores: ScoreStore;
  let scoring: ScoreService;
  let scorecardId: string;
  const clock = { now: () => now };
  const stores = () => ({ surveys, cards, scores });
  let surveys: ReturnType<typeof createSurveyStore>;
  let cards: ReturnType<typeof createScorecardStore>;
  let scorecards: ReturnType<typeof createScorecardService>;

  const unused = () => Promise.reject(new Error("not asked here"));
  /** As another process would begin: nothing but the store is kept. */
  const service = (): MonitoringService =>
    createMonitoringService(
      stores().surveys,
      scores,
      scorecards,
      {
        async slice(after) {
          const items = city.filter(({ uscc }) => uscc > after).slice(0, 100);
          return { items, last: items.at(-1)?.uscc };
        },
        casesOf: async (usccs) => cases.filter(({ uscc }) => usccs.includes(uscc)),
        ready: async () => true,
      },
      clock,
      () => undefined,
    );
  async function survey(): Promise<Awaited<ReturnType<MonitoringService["reports"]>>["items"][number]> {
    while (await service().step());
    return (await service().reports(operator, scorecardId)).items[0]!;
  }
  function month(text: string): void {
    now = new Date(`${text}-01T00:00:00Z`);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-scoring-"));
    const server = await startDocumentStore({ dataDir: folder, port: 0 });
    connection = await connectMongo(server.uri);
    surveys = createSurveyStore(connection);
    cards = createScorecardStore(connection);
    scores = createScoreStore(connection);
    await initModels(connection);
    scorecards = createScorecardService(
      cards,
      {
        indicators: new Map(INDICATORS.map(({ id, name, unit }) => [id, { name, unit }])),
        platformName: "platform",
        nameOf: unused,
        anchorsOf: async () => new Map(),
      },
      clock,
      () => undefined,
    );
    await scorecards.ensurePlatform(trainedPackage({ id: "watched", rows: 6_000 }));
    scorecardId = (await scorecards.list(operator))[0]!.id;
    scoring = createScoreService(
      scores,
      scorecards,
      {
        ownProfile: async (uscc) => {
          const { indicators } = city.find((one) => one.uscc === uscc)!;
          return {
            computedAt: now.toISOString(),
            enterprise: { uscc, district: "", industry: "" },
            indicators: indicators.map((one) => ({ ...one, source: { catalogId: "c" }, recordIds: [] })),
          };
        },
        profileOf: unused,
        usccOf: async (id) => id,
        nameOf: unused,
        findSnapshot: unused,
        snapshotProfile: unused,
        mayOpenCopy: unused,
        logLawful: unused,
        anchorsOf: async () => new Map(),
        dataMark: async () => "",
      },
      clock,
      () => undefined,
    );
    stop = async () => {
      await connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    };
  });
  after(() => stop?.());

  it("says stable of the population of training, once a month", async () => {
    month("2026-03");
    city = cityOf((_, value) => value);
    const report = await survey();
    expect(report).to.deep.include({ month: "2026-03", scores: CITY, refused: 0, alert: false });
    expect(report.score.drift).to.equal("stable");
    expect(await service().step(), "nothing more this month").to.equal(false);
    expect((await service().reports(operator, scorecardId)).items.length).to.equal(1);
    expect(report.fairness.find(({ by }) => by === "district")!.groups.map(({ total }) => total)).to.deep.equal([
      CITY / 2,
      CITY / 2,
    ]);
  });

  it("raises an alert when one indicator shifts, names it, and goes on where it was after a crash", async () => {
    month("2026-04");
    city = cityOf((id, value) => (id === "justice.openJudgments" ? String(Number(value) + 1) : value));
    for (let slices = 0; slices < 4; slices++) await service().step();
    const half = (await service().reports(operator, scorecardId)).running!;
    expect(half.scored).to.be.within(1, CITY - 1);
    const report = await survey();
    expect(report.scores, "nobody twice, nobody left out").to.equal(CITY);
    expect(report).to.deep.include({ alert: true, drift: "action" });
    expect(report.characteristics[0]!.indicatorId).to.equal("justice.openJudgments");
    expect(Number(report.characteristics[0]!.pointsShift)).to.be.below(0);
    const alerts = await service().alerts(operator);
    expect([alerts.unseen, alerts.items.map(({ id }) => id)]).to.deep.equal([1, [report.id]]);
    await service().markSeen(operator);
    expect((await service().alerts(operator)).unseen).to.equal(0);
  });

  it("takes a value that it can't read for no score, and few enterprises for no alert", async () => {
    month("2026-05");
    city = cityOf((id, value) => (id === "tax.paid12mFen" ? "much" : value)).slice(0, 40);
    expect(await survey()).to.deep.include({ month: "2026-05", scores: 0, refused: 40, alert: true });
    expect(await service().step(), "nor is it tried for ever").to.equal(false);
    // Few, but as they were in training: what chance does isn't drift.
    month("2026-06");
    city = cityOf((_, value) => value).slice(0, 40);
    const report = await survey();
    expect(report.month).to.equal("2026-06");
    expect(Number(report.score.byChance)).to.be.above(0.25);
    expect(report.alert).to.equal(false);
  });

  it("compares with what became of the grants, once enough is known, by the score from before the decision", async () => {
    month("2026-07");
    city = cityOf((_, value) => value);
    const random = randomOf("outcomes", "test");
    now = new Date("2026-01-15T00:00:00Z");
    const totals = new Map<string, number>();
    for (const { uscc } of city.slice(0, 300)) totals.set(uscc, (await scoring.own(uscc)).content!.total);
    const median = [...totals.values()].sort((a, b) => a - b)[150]!;
    month("2026-07");
    const decided = (bad: (total: number) => boolean, count: number): DecidedCase[] =>
      [...totals]
        .slice(0, count)
        .map(([uscc, total]) => ({ uscc, decidedAt: DECIDED, approved: true, bad: bad(total) }));
    cases = decided(() => random.chance(0.1), 100);
    const few = await survey();
    expect(few.outcomes.figures).to.equal(undefined);
    expect(few.outcomes.goods + few.outcomes.bads).to.equal(100);
    month("2026-08");
    cases = [
      ...decided((total) => total < median, 300),
      // Scored only after the decision: a score that knew what was to be foretold doesn't count.
      { uscc: city[0]!.uscc, decidedAt: new Date("2026-01-01T00:00:00Z"), approved: true, bad: true },
      { uscc: city[1]!.uscc, decidedAt: DECIDED, approved: false, bad: null },
    ];
    const { outcomes, decisions } = await survey();
    expect(outcomes.unscored).to.equal(1);
    expect(outcomes.figures).to.deep.include({ auc: "1.0000", ks: "1.0000" });
    expect(outcomes.figures!.grades.reduce((sum, { rows }) => sum + rows, 0)).to.equal(300);
    const districts = decisions.find(({ by }) => by === "district")!.groups;
    expect(districts.reduce((sum, { total }) => sum + total, 0)).to.equal(302);
    expect(districts.reduce((sum, { favourable }) => sum + favourable, 0)).to.equal(301);
  });
});
