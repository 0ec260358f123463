import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";
import {
  replayResult,
  type ScoreView,
  scorecardDetail,
  scorecardList,
  scoreList,
  scoreView,
  scoreViews,
} from "../../backend/features/scoring/score-schemas.ts";
import { leafPack } from "../../backend/lib/proof/pack.ts";
import type { Api } from "../../scripts/client/api.ts";
import { newSalt } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { confirmed, holdsOnChain } from "../support/proofs.ts";
import { refused } from "../support/refusal.ts";
import { trainedPackage } from "../support/scoring.ts";
import { sharedServer } from "../support/server.ts";
import { departmentApi } from "../support/shared-rows.ts";

const PENALTIES = "administrative-penalties";
const today = () => new Date().toISOString().slice(0, 10);

describe("scores", function () {
  this.timeout(180_000);
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let otherBank: Api;
  let regulator: Api;
  let requestId: string;

  const ownScore = () => enterprise.transport.get("/score", scoreView);
  const scoresOf = (api: Api, query = "") => api.transport.get(`/scores${query}`, scoreList);
  const scoreOf = (api: Api, id: string) => api.transport.get(`/scores/${id}`, scoreView);
  const replayOf = (api: Api, id: string, body: object = {}) =>
    api.transport.post(`/scores/${id}/replay`, body, replayResult);
  const proofOf = (api: Api, at: string) => confirmed(() => api.transport.get(`${at}/proof`, leafPack));
  const cardsOf = async (api: Api) => (await api.transport.get("/scorecards", scorecardList)).items;
  async function publish(api: Api, body: object) {
    const { id } = await api.transport.post("/scorecards", body, scorecardDetail);
    return api.transport.post(`/scorecards/${id}/publication`, {}, scorecardDetail);
  }
  async function readAndScore(): Promise<{ snapshotId: string; scores: ScoreView[] }> {
    const snapshotId = (await bank.profileFor(requestId)).snapshot!.id;
    const { items } = await bank.transport.post(`/snapshots/${snapshotId}/scores`, {}, scoreViews);
    return { snapshotId, scores: items };
  }
  async function newPenalty(): Promise<string> {
    const market = (await path.demo("department")).api;
    const name = `score-${newSalt().slice(2, 10)}`;
    const { uscc } = await path.bodyOf("enterprise");
    const file = `统一社会信用代码,处罚决定书文号,处罚种类,罚款金额,处罚决定日期\n${uscc},${name},罚款,5万元,${today()}`;
    const { id } = await market.upload(PENALTIES, `${name}.csv`, Buffer.from(file));
    await storedBatch(market, id, 1);
    return `${id}:000000002`;
  }

  before(async () => {
    path = await playUntil("enrol");
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    otherBank = (await path.party("secondBank")).api;
    regulator = (await path.demo("regulator")).api;
    requestId = (await openNewRequest(path)).request.id;
  });

  it("come by the platform's scorecard, which is there from the start, says whence it is and is anchored", async () => {
    const card = (await cardsOf(enterprise)).find(({ owner }) => owner.kind === "platform")!;
    expect(card).to.deep.include({ state: "published", version: 1 });
    for (const text of [card.author, card.population, card.target]) expect(text).to.not.equal("");
    expect(card.grades.map(({ grade }) => grade)).to.deep.equal(["A", "B", "C", "D", "E"]);
    const { scorecard, report } = await regulator.transport.get(`/scorecards/${card.id}`, scorecardDetail);
    expect(Number(report.holdout.auc)).to.be.above(0.6);
    expect(scorecard.characteristics.length).to.be.above(3);
    const pack = await proofOf(enterprise, `/scorecards/${card.id}`);
    expect(pack.document).to.deep.include({ author: card.author, reportDigest: card.reportDigest });
    expect((pack.document as { scorecard: object }).scorecard).to.deep.equal({
      id: card.cardId,
      version: card.version,
      digest: card.digest,
    });
    await holdsOnChain(pack);
  });

  it("are told with points that add up, reasons by effect, sources, and changes in the enterprise's power", async () => {
    const { content, total, grade, ...score } = await ownScore();
    const sum = content!.indicators.reduce((points, indicator) => points + indicator.points, content!.basePoints);
    expect([content!.total, total, grade]).to.deep.equal([sum, sum, content!.grade]);
    expect(content!.total).to.be.within(content!.lowest, content!.highest);
    const lost = content!.reasons.map(({ pointsLost }) => pointsLost);
    expect(lost).to.deep.equal(lost.toSorted((a, b) => b - a));
    const profile = new Map((await enterprise.profile()).indicators.map((indicator) => [indicator.id, indicator]));
    for (const { indicatorId, value, state, recordIds, catalogId, bin } of content!.indicators) {
      expect(value, indicatorId).to.deep.equal(profile.get(indicatorId)!.value);
      expect(recordIds, indicatorId).to.deep.equal(profile.get(indicatorId)!.recordIds);
      expect(catalogId).to.equal(profile.get(indicatorId)!.source.catalogId);
      // Unknown isn't zero: it has a bin of its own.
      expect(state === "unknown", indicatorId).to.equal(value === null);
      expect(bin.en === "unknown", indicatorId).to.equal(value === null || state === "unseen");
    }
    const card = (await regulator.transport.get(`/scorecards/${score.scorecard.id}`, scorecardDetail)).scorecard;
    const fixed = new Set(card.characteristics.filter((one) => !one.changeable).map((one) => one.indicatorId));
    for (const { indicatorId, change, text } of content!.improvements) {
      if (change.kind !== "provide") expect(fixed.has(indicatorId), indicatorId).to.equal(false);
      expect(text.zh).to.not.equal(text.en);
    }
    expect((await ownScore()).id, "nothing changed, nothing new").to.equal(score.id);
    const pack = await proofOf(enterprise, `/scores/${score.id}`);
    expect(pack.document).to.deep.include({ score: score.id, resultDigest: score.resultDigest });
    await holdsOnChain(pack);
    await refused(scoreOf(bank, score.id), 404, "notFound");
  });

  it("of an institution are of the snapshot that was read, by the platform's scorecard and its own", async () => {
    const consent = await giveConsent(path);
    const own = await publish(bank, trainedPackage({ id: "first-bank" }));
    const { snapshotId, scores } = await readAndScore();
    expect(scores.map(({ scorecard }) => scorecard.owner.kind)).to.deep.equal(["platform", "institution"]);
    expect(scores[1]!.scorecard).to.deep.include({ id: own.id, version: 1, digest: own.digest });
    expect(scores.every((score) => score.snapshotId === snapshotId)).to.equal(true);
    await newPenalty();
    const again = await bank.transport.post(`/snapshots/${snapshotId}/scores`, {}, scoreViews);
    const essence = ({ id, asOf, resultDigest }: ScoreView) => ({ id, asOf, resultDigest });
    expect(again.items.map(essence)).to.deep.equal(scores.map(essence));
    await refused(otherBank.transport.post(`/snapshots/${snapshotId}/scores`, {}, scoreViews), 404, "notFound");
    await refused(scoreOf(otherBank, scores[0]!.id), 404, "notFound");
    expect(
      (await cardsOf(otherBank)).some(({ id }) => id === own.id),
      "another bank's scorecard",
    ).to.equal(false);
    await refused(otherBank.transport.get(`/scorecards/${own.id}`, scorecardDetail), 404, "notFound");
    expect((await scoresOf(enterprise)).items.map(({ id }) => id)).to.include.members(scores.map(({ id }) => id));
    await revokeConsent(path, consent);
  });

  it("see no more than the consent: what it leaves out is unknown", async () => {
    const consent = await giveConsent(path, { terms: { catalogs: ["business-registration"] } });
    const { scores } = await readAndScore();
    for (const { content } of scores)
      for (const { indicatorId, value, state } of content!.indicators)
        if (!indicatorId.startsWith("identity.")) expect([value, state], indicatorId).to.deep.equal([null, "unknown"]);
    expect(scores[1]!.content!.indicators.some(({ indicatorId }) => indicatorId.startsWith("tax."))).to.equal(true);
    await revokeConsent(path, consent);
  });

  it("are replayed to the byte by the bank and the regulator, after a new version too, and no more after a revocation", async () => {
    const consent = await giveConsent(path);
    const { scores } = await readAndScore();
    const { id, resultDigest } = scores[1]!;
    const first = await replayOf(bank, id);
    expect([first.same, first.digest, keccak256(toUtf8Bytes(first.text))]).to.deep.equal([
      true,
      resultDigest,
      resultDigest,
    ]);
    const second = await publish(bank, trainedPackage({ id: "first-bank", version: 2, rows: 3_000 }));
    expect((await readAndScore()).scores[1]!.scorecard).to.deep.include({ id: second.id, version: 2 });
    for (const api of [bank, regulator]) expect((await replayOf(api, id)).text).to.equal(first.text);
    await waitFor("the regulator's look in the access log", async () =>
      (await enterprise.accessLog()).items.find(({ what, legalBasis }) => what === "copy" && legalBasis),
    );
    await revokeConsent(path, consent);
    const doors = [
      refused(scoreOf(bank, id), 403, "consent.required"),
      refused(replayOf(bank, id), 403, "consent.required"),
      refused(
        bank.transport.post(`/snapshots/${scores[1]!.snapshotId}/scores`, {}, scoreViews),
        403,
        "consent.required",
      ),
    ];
    await Promise.all(doors);
    await waitFor("the deletion", async () => ((await scoreOf(enterprise, id)).deleted ? true : undefined));
    await refused(replayOf(regulator, id), 409, "scorecard.inputsDeleted");
    // The digests stay: who kept the inputs can still have the score checked.
    const given = await replayOf(regulator, id, { inputs: first.inputs });
    expect([given.same, given.text]).to.deep.equal([true, first.text]);
    const wrong = { ...first.inputs, "justice.openJudgments": 5 };
    await refused(replayOf(regulator, id, { inputs: wrong }), 422, "scorecard.otherInputs");
    await holdsOnChain(await proofOf(enterprise, `/scores/${id}`));
  });

  it("are worked out anew when records change, and the earlier ones stay", async () => {
    const before = await ownScore();
    const ownOf = async () => (await scoresOf(enterprise)).items.filter(({ kind }) => kind === "own");
    const history = await ownOf();
    const court = await departmentApi(await sharedServer(), "court");
    const { uscc } = await path.bodyOf("enterprise");
    const name = newSalt().slice(2, 10);
    const file = [
      "案号,统一社会信用代码,案由,诉讼地位,标的额（万元）,案件状态,立案日期",
      `（2026）云0402执${name}号,${uscc},金融借款合同纠纷,被执行人,300,执行中,${today()}`,
    ].join("\n");
    const { id } = await court.upload("court-judgments", `${name}.csv`, Buffer.from(file));
    await storedBatch(court, id, 1);
    // Nobody looks at the score: it is worked out all the same.
    const newest = await waitFor(
      "the new score",
      async () => {
        const own = await ownOf();
        return own.length > history.length ? own[0] : undefined;
      },
      { timeoutMs: 90_000 },
    );
    expect(newest.previousId).to.equal(history[0]!.id);
    // A second case costs nothing where the first one has already cost all points.
    const casesOf = ({ content }: ScoreView) =>
      content!.indicators.find(({ indicatorId }) => indicatorId === "justice.casesFiled24m")!;
    const [casesThen, casesNow] = [casesOf(before), casesOf(await scoreOf(enterprise, newest.id))];
    expect(casesNow.value).to.equal(Number(casesThen.value) + 1);
    expect(casesNow.points).to.be.at.most(casesThen.points);
    if (casesThen.value === 0) expect(casesNow.points).to.be.below(casesThen.points);
    expect(newest.total! - before.content!.total).to.equal(casesNow.points - casesThen.points);
    const earlier = await scoreOf(enterprise, history[0]!.id);
    expect(earlier.content!.total).to.equal(before.content!.total);
    expect((await replayOf(enterprise, history[0]!.id)).same).to.equal(true);
  });

  it("can be asked for by products' rules", async () => {
    const code = `S-${newSalt().slice(2, 12)}`;
    const { content } = await ownScore();
    await bank.publish({
      code,
      name: { zh: "评分产品", en: "Score product" },
      amountMinFen: "100000",
      amountMaxFen: "100000000",
      termMonthsMin: 1,
      termMonthsMax: 12,
      annualRateBps: 400,
      repaymentMethods: ["bullet"],
      purposes: [],
      eligibility: {
        all: [
          { indicator: "credit.score", op: "gte", value: content!.total },
          { indicator: "credit.grade", op: "in", value: [content!.grade] },
        ],
      },
    });
    const match = (await enterprise.matches()).items.find(({ product }) => product.code === code)!;
    expect(match.verdict).to.equal("eligible");
    expect(match.reasons.map(({ value }) => value)).to.deep.equal([content!.total, content!.grade]);
  });
});
