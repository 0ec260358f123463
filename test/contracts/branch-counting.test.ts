import { expect } from "chai";
import solc from "solc";
import { branchesOf, withBranchesReported } from "../../scripts/lib/contract-coverage/branches.ts";
import { differences, gasTables, withTables } from "../../scripts/lib/gas-table.ts";

const wrapped = (body: string) => `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

contract Sample {
    /* 零 */ error Wrong();
    uint256 private _sum;

    function run(uint256 a, bool b) external returns (bool) {
        ${body}
    }
}
`;

describe("branch counting", () => {
  const operands = (body: string) => branchesOf("Sample.sol", wrapped(body)).map(({ text }) => text);

  for (const [what, body, found] of [
    ["require", "require(a > 1, Wrong()); return b;", ["a > 1"]],
    ["assert", "assert(a > 1); return b;", ["a > 1"]],
    ["each operand of and, or, not and brackets", "return !(a > 1 && b) || (a == 7);", ["a > 1", "b", "a == 7"]],
    ["if and else", "if (b) _sum = a; else _sum = 1; return b;", ["b"]],
    ["a choice in a choice", "_sum = b ? (a > 2 ? 1 : 2) : 3; return b;", ["b", "a > 2"]],
    ["a condition within a condition", "return (b ? a > 1 : a < 1) && b;", ["b ? a > 1 : a < 1", "b", "b"]],
    ["loops", "for (uint256 i; i < a; ++i) _sum += i; while (_sum > 9) --_sum; return b;", ["i < a", "_sum > 9"]],
    ["a do loop", "do --_sum; while (_sum > 9); return b;", ["_sum > 9"]],
    ["nothing where nothing is decided", "_sum = a; return b == true;", []],
  ] as const)
    it(`finds ${what}, and what reports them compiles`, () => {
      expect(operands(body)).to.deep.equal(found);
      const source = `library Cov { function taken(bool c, uint256 id) internal pure returns (bool) { id; return c; } }
${withBranchesReported("Sample.sol", wrapped(body), "Cov.taken")}`;
      expect(source.split("Cov.taken(")).to.have.length(found.length + 1);
      const input = {
        language: "Solidity",
        sources: { "Sample.sol": { content: source } },
        settings: { outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
      };
      const { errors = [] } = JSON.parse(solc.compile(JSON.stringify(input))) as { errors?: { severity: string }[] };
      expect(errors.filter(({ severity }) => severity === "error")).to.deep.equal([]);
    });

  it("gives every side its own number, the same in an instrumented source", () => {
    const body = "require(a > 1 && b, Wrong()); return b ? a > 2 : a > 3;";
    const sides = branchesOf("Sample.sol", wrapped(body)).flatMap(({ whenTrue, whenFalse }) => [whenTrue, whenFalse]);
    expect(new Set(sides).size).to.equal(6);
    const instrumented = wrapped(body.replace("return", "_sum = 1; return"));
    const source = withBranchesReported("Sample.sol", instrumented, "taken");
    for (const { whenTrue } of branchesOf("Sample.sol", wrapped(body))) expect(source).to.include(`0x${whenTrue}`);
    const elsewhere = branchesOf("Other.sol", wrapped(body))[0]!;
    expect(sides).not.to.include(elsewhere.whenTrue);
  });

  it("tells lines", () => {
    const [first, second] = branchesOf("Sample.sol", wrapped("require(b);\nrequire(a > 1); return b;"));
    expect([first!.line, second!.line]).to.deep.equal([9, 10]);
  });

  it("refuses branches in assembly, which it couldn't count", () => {
    for (const body of ["if a { sstore(0, a) }", "switch a case 0 {} default {}", "for {} a {} {}"])
      expect(() => operands(`assembly { ${body} } return b;`), body).to.throw(/assembly/);
  });
});

describe("gas table", () => {
  const report = (alone: number, each: number) =>
    gasTables({
      acts: [{ act: "anchor", alone, relayed: { 1: alone, 10: each, 50: each, 100: each } }],
      leaves: [{ leaves: 1_000, direct: 48.9, relayed: 60, relayedOf50: 30 }],
      deployment: [{ step: "Relay", gas: 1_000_000 }],
    });
  const empty = "above\n<!-- gas table: written by `npm run gas-table` -->\n<!-- end of the gas table -->\nbelow\n";

  it("is written between its marks, and agrees with itself", () => {
    const document = withTables(empty, report(48_000, 30_000));
    expect(document.startsWith("above\n")).to.equal(true);
    expect(document.endsWith("\nbelow\n")).to.equal(true);
    expect(document).to.include("| 48,000 |");
    expect(withTables(document, report(48_000, 30_000))).to.equal(document);
    expect(differences(document, report(48_000, 30_000), 0.02)).to.deep.equal([]);
    expect(() => withTables("no marks", report(1, 1))).to.throw();
  });

  it("differs by more than the tolerance, by a name or by a row, and says where", () => {
    const document = withTables(empty, report(48_000, 30_000));
    expect(differences(document, report(48_900, 30_500), 0.02)).to.deep.equal([]);
    expect(differences(document, report(49_500, 30_000), 0.02)[0]).to.match(/^anchor: 48,000 .* 49,500/);
    expect(differences(document, report(48_000, 30_000).replace("Relay", "Other"), 0.02)).to.have.length(1);
    expect(differences(document, report(48_000, 30_000).replace(/\n.*sum.*/, ""), 0.02)).to.have.length(1);
  });
});
