import type { FigureCheck, ProfileCheck } from "../../backend/features/profiles/domain/check-profile.ts";

const MARKS: Readonly<Record<FigureCheck["state"], string>> = {
  proved: "✓",
  silent: "○",
  unknown: "○",
  wrong: "✗",
  closed: "–",
  waiting: "–",
  unchecked: "–",
};
const TOLD = {
  proved: "",
  silent: "rests on no record",
  unknown: "unknown",
  wrong: "WRONG",
  closed: "a record is not shown",
  waiting: "a record is not on the chain yet",
  unchecked: "not fully checked",
} as const;

function figureText({ id, name, value, asOf, state, difference, records }: FigureCheck): string {
  const why = difference
    ? `${difference.at ? `${difference.at}: ` : ""}${difference.inFile} in the file, ${difference.recomputed} from the records`
    : records.slice(0, 3).join(", ");
  const told = [TOLD[state], why].filter(Boolean).join(": ");
  return `    ${MARKS[state]} ${name.en} (${id}) = ${JSON.stringify(value)}${asOf ? `, ${asOf}` : ""}${told ? ` – ${told}` : ""}`;
}

/** Every figure with how it stands, each record that isn't proved, and how many of each there are. */
export function profileReport({ figures, records, counts }: ProfileCheck): string[] {
  const unproved = records.filter(({ state }) => state !== "proved");
  const others = (["silent", "unknown", "closed", "unchecked"] as const)
    .filter((state) => counts[state] > 0)
    .map(
      (state) => `${counts[state]} ${{ silent: "rest on no record", unknown: "unknown" }[state as string] ?? state}`,
    );
  return [
    "  figures:",
    ...figures.map(figureText),
    ...(unproved.length > 0 ? ["  records that are not proved:"] : []),
    ...unproved.map(({ id, catalogId, key, state, lines }) => {
      const bad = lines.filter((line) => line.state === (state === "wrong" ? "fail" : "skipped"));
      const why = bad.map((line) => `${line.id}${line.detail ? `: ${line.detail}` : ""}`).join("; ");
      return `    ${state === "wrong" ? "✗" : "–"} ${id} (${catalogId} ${key}): ${state}${why ? ` – ${why}` : ""}`;
    }),
    `  ${counts.proved} figures proved, ${counts.waiting} waiting, ${counts.wrong} wrong${others.length > 0 ? `; ${others.join(", ")}` : ""}`,
  ];
}
