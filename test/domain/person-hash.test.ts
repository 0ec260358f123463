import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { createPersonHasher } from "../../backend/lib/person-hash.ts";
import { readKeyRing, rotateKeyRing } from "../../backend/platform/files/key-ring.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 64 });
const idNumber = fc.stringMatching(/^[1-9]\d{16}[\dX]$/);

describe("the keyed hash of a person", () => {
  it("meets for one number however it is written, and for no other number or key", () => {
    fc.assert(
      fc.property(key, key, idNumber, idNumber, (own, other, number, another) => {
        const { hash } = createPersonHasher([own]);
        const wide = number.replace(/./g, (sign) => String.fromCodePoint(sign.codePointAt(0)! + 0xfee0));
        expect(hash(` ${wide.slice(0, 6)} ${wide.slice(6)}`)).to.equal(hash(number));
        expect(hash(number.toLowerCase())).to.equal(hash(number));
        if (another !== number) expect(hash(another)).not.to.equal(hash(number));
        if (Buffer.compare(own, other) !== 0)
          expect(createPersonHasher([other]).hash(number)).not.to.equal(hash(number));
        expect(hash(number)).to.match(/^[0-9a-f]{64}$/);
        expect(hash(number)).not.to.contain(number.slice(6, 14));
      }),
    );
  });

  it("is brought up to date after any number of rotations, without the number", () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 6 }), fc.nat(5), idNumber, (keys, then, number) => {
        const before = createPersonHasher(keys.slice(0, 1 + (then % keys.length)));
        const now = createPersonHasher(keys);
        expect(now.upgrade(before.hash(number))).to.equal(now.hash(number));
      }),
    );
  });

  it("doesn't take what is no hash of its keys", () => {
    const one = createPersonHasher([Buffer.alloc(32, 1)]);
    const two = createPersonHasher([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
    expect(one.upgrade(two.hash("110101199003074477"))).to.equal(undefined);
    expect(one.upgrade("110101199003074477")).to.equal(undefined);
    expect(one.upgrade("0".repeat(64))).to.equal(undefined);
    expect(() => createPersonHasher([])).to.throw(RangeError);
    expect(() => createPersonHasher([Buffer.alloc(16)])).to.throw(RangeError);
  });

  it("has its keys in a file that only its owner reads; a damaged one is not replaced", () => {
    const folder = mkdtempSync(join(tmpdir(), "rongqiao-keys-"));
    try {
      const path = join(folder, "keys");
      const [first] = readKeyRing(path);
      expect(readKeyRing(path)).to.deep.equal([first]);
      expect(statSync(path).mode & 0o077).to.equal(0);
      expect(rotateKeyRing(path)).to.equal(2);
      expect(readKeyRing(path)[0]).to.deep.equal(first);
      writeFileSync(path, "not a key\n");
      expect(() => readKeyRing(path)).to.throw("damaged");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
