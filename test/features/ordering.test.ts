import { expect } from "chai";
import { newPath, playUntil } from "../support/actors.ts";

describe("many paths at once", function () {
  this.timeout(180_000);

  it("confirm every act on chain, each after the act that it builds on", async () => {
    const paths = await Promise.all(Array.from({ length: 8 }, () => newPath()));
    // To the proof, which waits for the grant's confirmation and compares it with the chain.
    await Promise.all(paths.map((path) => playUntil("proof", path)));
    const { api } = await paths[0]!.demo("operator");
    const status = await api.status();
    expect(status.failedActs.filter(({ kind }) => kind === "grant" || kind === "request.award")).to.deep.equal([]);
    expect(status.queuedActs).to.equal(0);
  });
});
