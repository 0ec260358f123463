import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Whether two texts can be the same, where "…" in either stands for any text. */
function agree(a: string, b: string): boolean {
  const seen = new Set<number>();
  const from = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true;
    if (seen.has(i * 1_000 + j)) return false;
    seen.add(i * 1_000 + j);
    if (a[i] === "…" && (from(i + 1, j) || (j < b.length && from(i, j + 1)))) return true;
    if (b[j] === "…" && (from(i, j + 1) || (i < a.length && from(i + 1, j)))) return true;
    return i < a.length && a[i] === b[j] && from(i + 1, j + 1);
  };
  return from(0, 0);
}

function testSources(): { titles: string[]; solidity: string } {
  const files = readdirSync(`${ROOT}/test`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const read = (suffix: string) =>
    files
      .filter(({ name }) => name.endsWith(suffix))
      .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, "utf8"))
      .join("\n");
  const starts = /\b(?:it|describe)(?:\.\w+)?\(\s*(["'`])((?:\\.|(?!\1)[\s\S])*)\1/g;
  const titles = [...read(".test.ts").matchAll(starts)].flatMap(([, , written]) => {
    const title = written!.replaceAll(/\\(.)/g, "$1").replaceAll(/\$\{[^}]*\}/g, "…");
    // Without the name of what is tested in front, and without the kind of test behind.
    return [title, title.replace(/^[^:]*: /, ""), title.replace(/ \([a-z]+\)$/, "")];
  });
  // One that is all computed says nothing, and would fit everything.
  const telling = titles.filter((title) => title.replaceAll("…", "").length >= 8);
  return { titles: telling, solidity: read(".sol") };
}

describe("docs/properties.md", () => {
  it("names only tests that are there", () => {
    const { titles, solidity } = testSources();
    const text = readFileSync(`${ROOT}/docs/properties.md`, "utf8");
    const tests = text.split("\n").flatMap((line) => (line.startsWith("|") ? [line.split(" | ").at(-1)!] : []));
    const quoted = tests.flatMap((cell) => [...cell.matchAll(/"([^"]+)"/g)].map(([, name]) => name!));
    const named = tests.flatMap((cell) => [...cell.matchAll(/`((?:test|invariant)\w+)`/g)].map(([, name]) => name!));
    expect([quoted.length > 100, named.length > 10]).to.deep.equal([true, true]);
    const missing = quoted.filter((name) => {
      const wanted = name.replaceAll(/[,:]? …/g, "…");
      return !titles.some((title) => agree(wanted, title));
    });
    expect(missing).to.deep.equal([]);
    expect(named.filter((name) => !solidity.includes(`function ${name}(`))).to.deep.equal([]);
  });
});
