import { expect } from "chai";
import fc from "fast-check";
import { isUscc, usccFault } from "../../backend/lib/uscc.ts";
import { anyUscc, USCC_SIGNS } from "./uscc-arbitrary.ts";

describe("uscc", () => {
  it("accepts codes that are published as examples", () => {
    for (const code of ["91350100M000100Y43", "91110000802100433B"]) expect(usccFault(code), code).to.equal(null);
  });

  it("accepts every code that it makes", () => {
    fc.assert(fc.property(anyUscc, (code) => isUscc(code)));
  });

  it("finds every change of one character", () => {
    fc.assert(
      fc.property(anyUscc, fc.nat(17), fc.constantFrom(...USCC_SIGNS), (code, at, sign) => {
        fc.pre(code[at] !== sign);
        return !isUscc(code.slice(0, at) + sign + code.slice(at + 1));
      }),
      { numRuns: 1_000 },
    );
  });

  it("names the kind of fault", () => {
    expect(usccFault("9135010")).to.equal("length");
    expect(usccFault("91350100M00O100Y43")).to.equal("character");
    expect(usccFault("91350100M000100Y44")).to.equal("check");
    expect(usccFault("91350100M000101Y43")).to.equal("organisationCheck");
  });
});
