import { expect } from "chai";
import fc from "fast-check";
import { isNumberField, withoutPersons } from "../../backend/features/data-exchange/domain/person-guard.ts";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import { createPersonHasher } from "../../backend/lib/person-hash.ts";
import { registrationCheckDigit } from "../../backend/lib/registration-number.ts";
import { anyUscc } from "./uscc-arbitrary.ts";

const { hash } = createPersonHasher([Buffer.alloc(32, 7)]);
const guard = (text: string, phones = true) => withoutPersons(text, { hash, phones });

const person = fc
  .tuple(
    fc.constantFrom("530402", "110105", "820000", "659004"),
    fc.date({ min: new Date("1930-01-01"), max: new Date("2020-12-31"), noInvalidDate: true }),
    fc.nat({ max: 999 }),
  )
  .map(([place, born, serial]) => makePersonId(place, born.toISOString().slice(0, 10), serial));
const mobile = fc
  .tuple(fc.integer({ min: 3, max: 9 }), fc.nat({ max: 999_999_999 }))
  .map(([second, rest]) => `1${second}${String(rest).padStart(9, "0")}`);
const words = fc
  .array(fc.constantFrom(..."经办人普某身份证号为，联系（电话）：Tel N0 ".split("")), { maxLength: 12 })
  .map((signs) => signs.join(""));
const noDigitEnd = words.map((text) => text.replace(/\d+$/u, "").replace(/^\d+/u, ""));
const wide = (text: string) => text.replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const WRITINGS: readonly ((number: string) => string)[] = [
  (number) => number,
  (number) => number.toLowerCase(),
  wide,
  (number) => `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`,
  (number) =>
    `${number.slice(0, 6)}-${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}-${number.slice(14)}`,
  (number) => `${number.slice(0, 6)}\u200b${number.slice(6)}`,
];
const digits = (text: string) =>
  text
    .normalize("NFKC")
    .replace(/[^\dXx]/g, "")
    .toUpperCase();

describe("numbers of persons in texts", () => {
  it("become marks, however they are written, and stay so", () => {
    fc.assert(
      fc.property(person, fc.constantFrom(...WRITINGS), noDigitEnd, noDigitEnd, (number, write, before, after) => {
        const once = guard(`${before}${write(number)}${after}`);
        expect(digits(once.replace(/#[0-9a-f]{16}/g, ""))).to.not.include(number.slice(6, 14));
        expect(once).to.match(/#[0-9a-f]{16}/);
        expect(guard(once)).to.equal(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it("become the same mark for the same person and another for another, so that keys stay apart", () => {
    fc.assert(
      fc.property(person, person, (one, other) => {
        fc.pre(one !== other);
        expect(guard(one)).to.equal(guard(wide(one)));
        expect(guard(one)).to.not.equal(guard(other));
      }),
    );
  });

  it("go for telephones too, but not where numbers of things are", () => {
    fc.assert(
      fc.property(mobile, noDigitEnd, (number, before) => {
        for (const text of [
          number,
          `+86 ${number}`,
          `${number.slice(0, 3)}-${number.slice(3, 7)}-${number.slice(7)}`,
        ]) {
          expect(digits(guard(`${before} ${text}`).replace(/#[0-9a-f]{16}/g, ""))).to.not.include(number.slice(3));
          expect(guard(`${before} ${text}`, false)).to.equal(`${before} ${text}`);
        }
      }),
    );
    expect(["accountNo", "projectCode", "registrationNumber", "shareholderUscc"].every(isNumberField)).to.equal(true);
    expect(["authority", "shareholderName", "remarks"].some(isNumberField)).to.equal(false);
  });

  it("leave everything else as it is: codes, registration numbers, amounts, dates, hashes", () => {
    const others = fc.oneof(
      anyUscc.filter((code) => code.startsWith("9") && !/\d{11}/.test(code)),
      fc.nat({ max: 99_999_999 }).map((serial) => {
        const body = `530402${String(serial).padStart(8, "0")}`;
        return body + registrationCheckDigit(body);
      }),
      fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !/\d{4}/.test(text.normalize("NFKC"))),
      person.map(hash),
      fc.constantFrom("2025-03-05", "（2026）云0402民初1234号", "530402001001GB00012F00010001", "0877-2012345"),
    );
    fc.assert(
      fc.property(others, (text) => {
        expect(guard(text)).to.equal(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
