import { expect } from "chai";
import {
  alertList,
  monitoringList,
  scorecardDetail,
  surveyStarted,
} from "../../backend/features/scoring/score-schemas.ts";
import type { ScorecardPackage } from "../../backend/features/scoring/training-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { namesField, refused } from "../support/refusal.ts";
import { trainedPackage } from "../support/scoring.ts";

type Bins = { id: string; from: string | null; below: string | null }[];
const numbersOf = ({ scorecard }: ScorecardPackage) =>
  scorecard.characteristics.findIndex(({ kind, bins }) => kind === "number" && bins.length > 2);

/** What somebody careless or hostile sends, and the field that the answer names. */
const SPOILT: readonly (readonly [what: string, spoil: (card: ScorecardPackage) => void, field: RegExp])[] = [
  [
    "overlapping bins",
    (card) => {
      const bins = card.scorecard.characteristics[numbersOf(card)]!.bins as Bins;
      bins[1]!.from = String(BigInt(bins[1]!.from!) - 1n);
    },
    /^scorecard\.characteristics\.\d+\.bins\.1\.from$/,
  ],
  [
    "a gap between bins",
    (card) => {
      const bins = card.scorecard.characteristics[numbersOf(card)]!.bins as Bins;
      bins[1]!.from = String(BigInt(bins[1]!.from!) + 1n);
    },
    /^scorecard\.characteristics\.\d+\.bins\.1\.from$/,
  ],
  [
    "an empty bin",
    (card) => {
      const bins = card.scorecard.characteristics[numbersOf(card)]!.bins as Bins;
      bins[1]!.below = bins[1]!.from;
      bins[2]!.from = bins[1]!.from;
    },
    /^scorecard\.characteristics\.\d+\.bins\.1$/,
  ],
  [
    "NaN as a bound",
    (card) => {
      (card.scorecard.characteristics[numbersOf(card)]!.bins as Bins)[1]!.from = "NaN";
    },
    /\.bins\.1\.from$/,
  ],
  [
    "points that aren't whole",
    (card) => {
      card.scorecard.characteristics[0]!.bins[0]!.points = 1.5;
    },
    /\.bins\.0\.points$/,
  ],
  [
    "no unknown bin",
    (card) => {
      delete (card.scorecard.characteristics[0] as { unknown?: object }).unknown;
    },
    /\.unknown$/,
  ],
  [
    "the same indicator twice",
    (card) => {
      card.scorecard.characteristics.push(card.scorecard.characteristics[0]!);
    },
    /^scorecard\.characteristics$/,
  ],
  [
    "more characteristics than can be",
    (card) => {
      card.scorecard.characteristics = Array.from({ length: 61 }, () => card.scorecard.characteristics[0]!);
    },
    /^scorecard\.characteristics$/,
  ],
  [
    "a field of its own",
    (card) => {
      (card.scorecard as { code?: string }).code = "process.exit()";
    },
    /^scorecard\.code$/,
  ],
  [
    "no author",
    (card) => {
      card.about.author = " ";
    },
    /^about\.author$/,
  ],
  ...[
    "owner.gender",
    "person.age",
    "people.ethnicGroup",
    "identity.maritalStatus",
    "identity.representativeBirthplace",
    "people.religion",
    "people.healthDays",
    "identity.ownerAge",
    "identity.hukou",
  ].map(
    (id) =>
      [
        `the personal attribute ${id}`,
        (card: ScorecardPackage) => {
          card.scorecard.characteristics[0]!.indicatorId = id;
        },
        /^scorecard\.characteristics\.0\.indicatorId$/,
      ] as const,
  ),
  [
    "an indicator that no profile has",
    (card) => {
      card.scorecard.characteristics[0]!.indicatorId = "tax.moonPhase";
    },
    /^scorecard\.characteristics\.0\.indicatorId$/,
  ],
  [
    "a number where a code is",
    (card) => {
      card.scorecard.characteristics[numbersOf(card)]!.indicatorId = "identity.status";
    },
    /^scorecard\.characteristics\.\d+\.kind$/,
  ],
];

describe("scorecards of institutions", function () {
  this.timeout(180_000);
  let path: Path;
  let bank: Api;
  let otherBank: Api;

  before(async () => {
    path = await playUntil("enrol");
    bank = (await path.party("firstBank")).api;
    otherBank = (await path.party("secondBank")).api;
  });

  const upload = (api: Api, body: unknown) => api.transport.post("/scorecards", body, scorecardDetail);
  const act = (api: Api, id: string, what: "publication" | "retirement") =>
    api.transport.post(`/scorecards/${id}/${what}`, {}, scorecardDetail);

  for (const [what, spoil, field] of SPOILT)
    it(`are refused with ${what}`, async () => {
      const card = trainedPackage({ rows: 6_000 });
      spoil(card);
      const problem = await refused(upload(bank, card), /no profile|a number/.test(what) ? 422 : 400);
      namesField(problem, field);
    });

  it("are refused when they are huge, not numbers, or not JSON", async () => {
    const { url, options } = bank.transport;
    const send = async (body: string) => {
      const answer = await fetch(`${url}/api/v1/scorecards`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${options.token}` },
        body,
      });
      return answer.status;
    };
    const text = JSON.stringify(trainedPackage());
    expect(await send(text.replace("{", `{"padding":"${"x".repeat(1_100_000)}",`))).to.equal(413);
    expect(await send(text.replace(/"basePoints":\d+/, '"basePoints":1e999'))).to.equal(400);
    expect(await send(text.replace(/"basePoints":\d+/, '"basePoints":NaN'))).to.equal(400);
    expect(await send(`${"[".repeat(100_000)}`)).to.equal(400);
  });

  it("are drafts that can be replaced, then published for good, in rising versions, then retired", async () => {
    const first = await upload(bank, trainedPackage({ id: "life" }));
    expect([first.state, first.anchor]).to.deep.equal(["draft", undefined]);
    const other = { ...trainedPackage({ id: "life" }), about: { author: "Tester", population: "another one" } };
    const draft = await upload(bank, other);
    expect([draft.id, draft.population]).to.deep.equal([first.id, "another one"]);
    await refused(act(otherBank, draft.id, "publication"), 404, "notFound");
    await refused(act(bank, draft.id, "retirement"), 409, "scorecard.final");
    const published = await act(bank, draft.id, "publication");
    expect(published).to.deep.include({ state: "published", digest: first.digest });
    expect(published.publishedAt).to.not.equal(undefined);
    namesField(
      await refused(upload(bank, trainedPackage({ id: "life" })), 409, "scorecard.final"),
      "scorecard.version",
    );
    await refused(act(bank, draft.id, "publication"), 409, "scorecard.final");
    const third = await upload(bank, trainedPackage({ id: "life", version: 3 }));
    const second = await upload(bank, trainedPackage({ id: "life", version: 2 }));
    await act(bank, third.id, "publication");
    await refused(act(bank, second.id, "publication"), 409, "scorecard.olderVersion");
    const retired = await act(bank, draft.id, "retirement");
    expect([retired.state, retired.digest]).to.deep.equal(["retired", first.digest]);
    // Another bank may call its own the same.
    expect((await upload(otherBank, trainedPackage({ id: "life" }))).state).to.equal("draft");
    await act(bank, third.id, "retirement");
  });

  it("are not for enterprises, departments and the regulator to upload", async () => {
    for (const api of [(await path.party("enterprise")).api, (await path.demo("regulator")).api])
      await refused(upload(api, trainedPackage()), 403, "role.notAllowed");
  });

  it("raise an alert for their institution when the city is another population than that of training", async () => {
    const card = trainedPackage({ id: "drifting" });
    const { id } = await act(bank, (await upload(bank, card)).id, "publication");
    await refused(otherBank.transport.post(`/scorecards/${id}/reports`, {}, surveyStarted), 404, "notFound");
    const reports = () => bank.transport.get(`/scorecards/${id}/reports`, monitoringList);
    // The month's own survey may be on its way already.
    await waitFor("a survey", () =>
      bank.transport.post(`/scorecards/${id}/reports`, {}, surveyStarted).catch(() => undefined),
    );
    const [report] = await waitFor("the report", async () => {
      const { items } = await reports();
      return items.length > 0 ? items : undefined;
    });
    expect(report!.scores).to.be.above(30);
    expect(report!.drift).to.equal("action");
    expect(report!.characteristics.map(({ indicatorId }) => indicatorId)).to.have.members(
      card.scorecard.characteristics.map(({ indicatorId }) => indicatorId),
    );
    for (const { bins } of report!.characteristics) {
      const sum = bins.reduce((all, { actualPpm }) => all + actualPpm, 0);
      expect(sum).to.be.within(999_990, 1_000_010);
    }
    expect(report!.fairness.map(({ by }) => by)).to.deep.equal(["district", "industry", "size"]);
    expect(report!.outcomes.figures, "too few defaults say nothing").to.equal(undefined);
    const alerts = () => bank.transport.get("/scorecard-alerts", alertList);
    const raised = await alerts();
    expect(raised.unseen).to.be.above(0);
    expect(raised.items.some((alert) => alert.scorecardId === id && !alert.seen)).to.equal(true);
    await bank.transport.post("/scorecard-alerts/seen", {}, alertList.partial());
    expect((await alerts()).unseen).to.equal(0);
    const others = await otherBank.transport.get("/scorecard-alerts", alertList);
    expect(others.items.some(({ scorecardId }) => scorecardId === id)).to.equal(false);
    await act(bank, id, "retirement");
  });
});
