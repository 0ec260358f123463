import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../child.ts";
import { type Branch, branchesOf } from "./branches.ts";

/** Where Hardhat leaves what it counted. */
export const COUNTED = join(ROOT, "coverage");

export interface FileCoverage {
  path: string;
  lines: { found: number; missed: readonly number[] };
  /** Sides of conditions: two each. */
  branches: { found: number; missed: readonly { branch: Branch; side: boolean }[] };
}

/** Line to whether it was run, by file, out of Hardhat's lcov.info. */
function linesByFile(): Map<string, Map<number, boolean>> {
  const files = new Map<string, Map<number, boolean>>();
  let lines = new Map<number, boolean>();
  for (const entry of readFileSync(join(COUNTED, "lcov.info"), "utf8").split("\n")) {
    if (entry.startsWith("SF:")) {
      lines = new Map();
      files.set(entry.slice(3), lines);
    }
    const [, line, count] = entry.match(/^DA:(\d+),(\d+)/) ?? [];
    if (line) lines.set(Number(line), Number(count) > 0);
  }
  return files;
}

/** Every report of every test, Solidity's and TypeScript's. */
function reported(): Set<string> {
  const data = join(COUNTED, "data");
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Set(
    files.flatMap(({ parentPath, name }) => Object.keys(JSON.parse(readFileSync(join(parentPath, name), "utf8")))),
  );
}

/** What the last run covered of each contract. Throws when a contract with code isn't in it. */
export function contractCoverage(): FileCoverage[] {
  const seen = reported();
  const counted = linesByFile();
  const paths = readdirSync(join(ROOT, "contracts"))
    .filter((name) => name.endsWith(".sol"))
    .map((name) => `contracts/${name}`);
  return paths.map((path) => {
    const lines = counted.get(path);
    if (!lines) throw new Error(`${path} is not in Hardhat's report`);
    const branches = branchesOf(path, readFileSync(join(ROOT, path), "utf8"));
    return {
      path,
      lines: { found: lines.size, missed: [...lines].filter(([, run]) => !run).map(([line]) => line) },
      branches: {
        found: 2 * branches.length,
        missed: branches.flatMap((branch) => [
          ...(seen.has(branch.whenTrue) ? [] : [{ branch, side: true }]),
          ...(seen.has(branch.whenFalse) ? [] : [{ branch, side: false }]),
        ]),
      },
    };
  });
}

const shareOf = ({ found, missed }: { found: number; missed: readonly unknown[] }): number =>
  found === 0 ? 1 : (found - missed.length) / found;

/** The contracts of which too few lines or sides were reached. */
export const below = (coverage: readonly FileCoverage[], least: number): FileCoverage[] =>
  coverage.filter(({ lines, branches }) => shareOf(lines) < least || shareOf(branches) < least);

export function coverageTable(coverage: readonly FileCoverage[]): string {
  const cell = (counts: { found: number; missed: readonly unknown[] }) => {
    const percent = (100 * shareOf(counts)).toFixed(1);
    return `${percent} % (${counts.found - counts.missed.length} of ${counts.found})`;
  };
  const sum = <Missed>(all: readonly { found: number; missed: readonly Missed[] }[]) => ({
    found: all.reduce((total, { found }) => total + found, 0),
    missed: all.flatMap(({ missed }) => missed),
  });
  const rows = [
    ["contract", "lines", "sides of conditions"],
    ...coverage.map(({ path, lines, branches }) => [path, cell(lines), cell(branches)]),
    ["all", cell(sum(coverage.map(({ lines }) => lines))), cell(sum(coverage.map(({ branches }) => branches)))],
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  const missed = coverage.flatMap(({ path, lines, branches }) => [
    ...lines.missed.map((line) => `${path}:${line} was never run`),
    ...branches.missed.map(({ branch, side }) => `${path}:${branch.line} was never ${side}: ${branch.text}`),
  ]);
  return [
    ...rows.map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    ),
    ...missed,
  ].join("\n");
}
