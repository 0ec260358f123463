import type { ActGas, LeafGas } from "./gas.ts";

export const RELAY_SIZES = [1, 10, 50, 100] as const;
export const LEAF_COUNTS = [1, 100, 1_000, 10_000] as const;

export interface GasReport {
  acts: readonly ActGas[];
  leaves: readonly LeafGas[];
  deployment: readonly { step: string; gas: number }[];
}

const BEGIN = "<!-- gas table: written by `npm run gas-table` -->";
const END = "<!-- end of the gas table -->";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
/** Three digits at least: a leaf costs less than ten. */
const fine = (value: number): string => (value < 100 ? value.toFixed(2) : whole(value));

/** A Markdown table with columns as wide as their widest cell, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, 3, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

export function gasTables({ acts, leaves, deployment }: GasReport): string {
  const share = ({ relayed }: ActGas) => `${Math.round((100 * relayed[50]!) / relayed[1]!)} %`;
  return [
    table(
      ["act", "alone", ...RELAY_SIZES.map((size) => `1 of ${size} relayed`), "1 of 50 ÷ 1 of 1"],
      acts.map((gas) => {
        const relayed = RELAY_SIZES.map((size) => gas.relayed[size]);
        const cells = relayed.map((each) => (each === undefined ? "–" : whole(each)));
        return [gas.act, whole(gas.alone), ...cells, gas.relayed[50] === undefined ? "–" : share(gas)];
      }),
    ),
    table(
      ["leaves of the anchored batch", "a leaf, anchored directly", "relayed alone", "as 1 of 50 relayed"],
      leaves.map((gas) => [
        gas.leaves.toLocaleString("en-US"),
        ...[gas.direct, gas.relayed, gas.relayedOf50].map(fine),
      ]),
    ),
    table(
      ["deployment", "gas"],
      [
        ...deployment.map(({ step, gas }) => [step, whole(gas)]),
        ["sum", whole(deployment.reduce((sum, { gas }) => sum + gas, 0))],
      ],
    ),
  ].join("\n\n");
}

function place(document: string): { from: number; to: number } {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the document lacks the lines "${BEGIN}" and "${END}"`);
  return { from: from + BEGIN.length, to };
}

export function withTables(document: string, tables: string): string {
  const { from, to } = place(document);
  return `${document.slice(0, from)}\n\n${tables}\n\n${document.slice(to)}`;
}

const cellsOf = (text: string): string[] =>
  text
    .split(/[|\n]/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "" && !/^-+:?$/.test(cell));
const numberOf = (cell: string): number => Number(cell.replaceAll(",", "").replace(/ %$/, ""));

/** Where the document's tables differ from `tables` by more than `tolerance` (a share), in words; none when they agree. */
export function differences(document: string, tables: string, tolerance: number): string[] {
  const { from, to } = place(document);
  const [written, measured] = [cellsOf(document.slice(from, to)), cellsOf(tables)];
  if (written.length !== measured.length) return ["the tables have other rows or columns"];
  let row = "";
  return measured.flatMap((cell, i) => {
    const [was, is] = [numberOf(written[i]!), numberOf(cell)];
    if (Number.isNaN(is)) row = cell;
    const near = Number.isNaN(is)
      ? cell === written[i]
      : Math.abs(was - is) <= Math.max(tolerance * is, cell.endsWith("%") ? 1 : 0);
    return near ? [] : [`${row}: ${written[i]} is written, ${cell} was measured`];
  });
}
