import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { checkProof } from "../../backend/lib/proof/check.ts";
import type { Verdict } from "../../backend/lib/proof/lines.ts";
import { type GrantPack, type ProofPack, readPack } from "../../backend/lib/proof/pack.ts";
import { FILE_TEXT, proofCase, shown } from "./proof-world.ts";

const connection = await network.create();

describe("proof check, whatever is changed", function () {
  this.timeout(60_000);
  let proven: Awaited<ReturnType<typeof proofCase>>;

  before(async () => {
    proven = await proofCase(connection);
  });

  /** With everything that a checker can bring along. */
  async function verdictOn(pack: ProofPack): Promise<Verdict> {
    const { chain, trust } = proven;
    const aboutFile = pack.format === "rongqiao-leaf-proof/2" && pack.file !== undefined;
    const document = aboutFile ? await shown(FILE_TEXT) : undefined;
    return (await checkProof(pack, { chain, trust, document })).verdict;
  }

  it("finds any byte that was changed, wherever it matters", async () => {
    const { grant: whole, bid, consent, record, file } = proven;
    const packs: ProofPack[] = [whole, bid, consent, record, file];
    for (const pack of packs) expect(await verdictOn(pack)).to.equal("valid");
    const texts = packs.map((pack) => JSON.stringify(pack));
    // Letters of an address may be large or small: that changes no byte of what it means.
    const meaning = (value: unknown): string =>
      JSON.stringify(value).replace(/0x[0-9a-fA-F]+/g, (hex) => hex.toLowerCase());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (text, place, bits) => {
          const bytes = Buffer.from(text);
          bytes[Math.floor(place * bytes.length)]! ^= bits;
          const changed = bytes.toString("utf8");
          const read = readPack(changed);
          if (!("pack" in read)) return;
          fc.pre(meaning(JSON.parse(changed)) !== meaning(JSON.parse(text)));
          expect(await verdictOn(read.pack), changed).to.equal("invalid");
        },
      ),
      { numRuns: 250 },
    );
    const digits = /[0-9a-f]/g;
    const grant = JSON.stringify(proven.grant);
    // The same within hashes, signatures and numbers alone, where JSON itself can't notice.
    const places = [...grant.matchAll(digits)].map(({ index }) => index);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.integer({ min: 1, max: 15 }), async (at, step) => {
        const digit = (Number.parseInt(grant[at]!, 16) + step) % 16;
        const changed = grant.slice(0, at) + digit.toString(16) + grant.slice(at + 1);
        const read = readPack(changed);
        if ("pack" in read) expect(await verdictOn(read.pack), changed).to.equal("invalid");
      }),
      { numRuns: 150 },
    );
  });

  it("gives a verdict on whatever has a pack's form, and never throws", async () => {
    const junk = fc.oneof(fc.string(), fc.constantFrom("0x", `0x${"0".repeat(64)}`, "-1", "1e400", "9".repeat(80)));
    const fields = Object.keys(proven.grant.grant.act.message);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), junk, async (field, value) => {
        const copy: GrantPack = structuredClone(proven.grant);
        fc.pre(copy.grant.act.message[field] !== value);
        copy.grant.act.message[field] = value;
        expect(await verdictOn(copy)).to.equal("invalid");
      }),
      { numRuns: 60 },
    );
  });
});
