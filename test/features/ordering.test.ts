import { expect } from "chai";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath, playUntil } from "../support/actors.ts";

describe("many paths at once", function () {
  this.timeout(180_000);

  it("confirm every act on chain, each after the act that it builds on", async () => {
    const paths = await Promise.all(Array.from({ length: 8 }, () => newPath()));
    // To the proof, which waits for the grant's confirmation and compares it with the chain.
    await Promise.all(paths.map((path) => playUntil("proof", path)));
    const { api } = await paths[0]!.demo("operator");
    // What nobody has waited for, as the losers' notes, may still be on its way.
    const status = await waitFor("the queue to be empty", async () => {
      const now = await api.status();
      return now.queuedActs === 0 ? now : undefined;
    });
    expect(status.failedActs.filter(({ kind }) => kind === "grant" || kind === "request.award")).to.deep.equal([]);
  });
});
