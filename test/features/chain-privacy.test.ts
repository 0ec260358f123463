import { expect } from "chai";
import { hexlify, toUtf8Bytes } from "ethers";
import { isUscc } from "../../backend/lib/uscc.ts";
import type { Api } from "../../scripts/client/api.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { playUntil } from "../support/actors.ts";

interface Block {
  transactions: { hash: string; input: string; to: string | null }[];
}

const hexOf = (text: string): string => hexlify(toUtf8Bytes(text)).slice(2);

describe("what the chain gives away", function () {
  this.timeout(240_000);
  let path: Path;
  let api: Api;
  let everything: string;

  before(async () => {
    path = await playUntil("audit");
    api = (await path.demo("regulator")).api;
    const last = Number(await api.chain("eth_blockNumber"));
    const found: string[] = [];
    for (let number = 0; number <= last; number++) {
      const block = (await api.chain("eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as Block;
      found.push(...block.transactions.map(({ input }) => input));
    }
    const logs = (await api.chain("eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }])) as {
      topics: string[];
      data: string;
    }[];
    found.push(...logs.flatMap(({ topics, data }) => [...topics, data]));
    everything = found.join("\n").toLowerCase();
  });

  it("holds the acts of this path", async () => {
    const request = await openedRequest(path);
    expect(everything).to.contain(request.requestKey.slice(2).toLowerCase());
    expect(everything).to.contain(request.termsCommitment.slice(2));
  });

  it("names no enterprise, bank, code, person or file", async () => {
    const { indicators } = await (await path.party("enterprise")).api.profile();
    const enterprise = await path.bodyOf("enterprise");
    const bank = await path.bodyOf("firstBank");
    const texts = indicators.map(({ value }) => value).filter((value): value is string => typeof value === "string");
    const secrets = [
      enterprise.uscc,
      enterprise.name,
      enterprise.name.slice(0, 6),
      bank.uscc,
      bank.name,
      enterprise.uscc.slice(8, 17),
      `licences-${await path.runId()}`,
      ...texts.filter((text) => text.length >= 8),
    ];
    for (const secret of secrets) {
      expect(everything.includes(hexOf(secret).toLowerCase()), `${secret} is readable on chain`).to.equal(false);
      expect(everything.includes(hexOf(secret.toLowerCase())), `${secret} is readable on chain`).to.equal(false);
    }
  });

  it("holds nothing that reads like a code, a telephone number or a name, whoever's it is", () => {
    for (const line of everything.split("\n")) {
      const text = Buffer.from(line.slice(2), "hex").toString("utf8");
      for (const [code] of text.matchAll(/[0-9A-HJ-NP-RT-UW-Y]{18}/g)) expect(isUscc(code), code).to.equal(false);
      expect(text, "a telephone number").to.not.match(/(?<!\d)1[3-9]\d{9}(?!\d)/);
      // Two in a row come by chance in every half megabyte of hashes; names that are known are looked for above.
      expect(text, "Chinese characters").to.not.match(/\p{Script=Han}{4}/u);
    }
  });

  it("shows no amount but those that a rule needs: asked for, awarded, granted", async () => {
    const request = await openedRequest(path);
    const { api: enterprise } = await path.party("enterprise");
    const [bids, { indicators }] = await Promise.all([enterprise.bids(request.id), enterprise.profile()]);
    const awarded = bids.items.find(({ id }) => id === request.awardedBidId)!;
    const needed = new Set([request.amountFen, awarded.terms.amountFen]);
    const figures = [
      ...bids.items.flatMap(({ terms }) => [terms.amountFen, ...terms.fees.map(({ amountFen }) => amountFen)]),
      ...indicators.map(({ value }) => String(value)),
    ];
    // Small numbers are everywhere: counts, states, gas.
    const secrets = figures.filter((figure) => /^\d{6,}$/.test(figure) && !needed.has(figure));
    expect(secrets).to.not.be.empty;
    for (const figure of secrets) {
      const word = BigInt(figure).toString(16).padStart(64, "0");
      expect(everything.includes(word), `${figure} is readable on chain`).to.equal(false);
    }
    expect(everything.includes(BigInt(request.amountFen).toString(16).padStart(64, "0"))).to.equal(true);
  });

  it("does not show the losing bid, nor link a request to its enterprise's key", async () => {
    const request = await openedRequest(path);
    const { api: enterprise, keys } = await path.party("enterprise");
    const losing = (await enterprise.bids(request.id)).items.find(({ id }) => id !== request.awardedBidId)!;
    expect(everything).to.not.contain(losing.bidHash.slice(2));
    expect(everything).to.not.contain(losing.termsCommitment.slice(2));
    const main = keys.main.address.slice(2).toLowerCase();
    const withMain = everything.split("\n").filter((line) => line.includes(main));
    const key = request.requestKey.slice(2).toLowerCase();
    for (const line of withMain) expect(line.includes(key), "one call holds both addresses").to.equal(false);
    expect(everything).to.not.contain(request.endorsement!.slice(2).toLowerCase());
  });
});
