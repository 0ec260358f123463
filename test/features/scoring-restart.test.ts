import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readConfig } from "../../backend/config.ts";
import { replayResult, scorecardList, scoreList, scoreView } from "../../backend/features/scoring/score-schemas.ts";
import { startServer } from "../../backend/main.ts";
import { Api } from "../../scripts/client/api.ts";

describe("a score after a restart", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-restart-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function visit<T>(look: (enterprise: Api, regulator: Api) => Promise<T>): Promise<T> {
    const options = ["--data-dir", folder, "--port", "0", "--sample-enterprises", "20", "--log-level", "error"];
    const server = await startServer(readConfig({}, options));
    try {
      const api = new Api(server.url);
      const as = async (role: string) => {
        const { username, password } = server.demoAccounts.find((account) => account.role === role)!;
        return api.as((await api.login(username, password)).token);
      };
      return await look(await as("enterprise"), await as("regulator"));
    } finally {
      await server.stop();
    }
  }
  const cardsOf = async (api: Api) => (await api.transport.get("/scorecards", scorecardList)).items;

  it("is the same to the byte, and so is the platform's scorecard", async () => {
    const first = await visit(async (enterprise, regulator) => {
      const score = await enterprise.transport.get("/score", scoreView);
      const replay = await regulator.transport.post(`/scores/${score.id}/replay`, {}, replayResult);
      expect(replay.same).to.equal(true);
      return { score, text: replay.text, cards: await cardsOf(regulator) };
    });
    await visit(async (enterprise, regulator) => {
      const { id } = first.score;
      const replay = await regulator.transport.post(`/scores/${id}/replay`, {}, replayResult);
      expect([replay.same, replay.text]).to.deep.equal([true, first.text]);
      expect((await enterprise.transport.get("/score", scoreView)).id, "nothing new").to.equal(id);
      expect((await enterprise.transport.get("/scores", scoreList)).total).to.equal(1);
      const cards = await cardsOf(regulator);
      expect(cards.map((card) => [card.id, card.digest])).to.deep.equal(
        first.cards.map((card) => [card.id, card.digest]),
      );
      const { items } = await enterprise.accessLog();
      expect(items.filter(({ what, legalBasis }) => what === "score" && legalBasis).length).to.equal(2);
    });
  });
});
