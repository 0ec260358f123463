import { isUscc } from "../../../lib/uscc.ts";
import { CERTAINTY, LINK_FROM, type LinkedBy, matchNames, type NameMatch } from "./certainty.ts";
import { type NameReader, type ReadName, registrationNumberOf } from "./names.ts";

/** What a department's row says of its enterprise. */
export interface SubjectRow {
  readonly uscc?: string | undefined;
  readonly registrationNumber?: string | undefined;
  readonly name?: string | undefined;
}

/** An enterprise as the index knows it. */
export interface KnownSubject {
  readonly uscc: string;
  readonly name: string;
  readonly formerNames: readonly string[];
  readonly registrationNumbers: readonly string[];
}

export interface Candidate {
  readonly uscc: string;
  /** Absent for a code that no registration is known of. */
  readonly name?: string;
  readonly certainty: number;
  readonly by: LinkedBy;
}

export type Resolution =
  | { readonly uscc: string; readonly certainty: number; readonly by: LinkedBy }
  | { readonly unknown: true }
  | { readonly ambiguous: true; readonly candidates: readonly Candidate[] };

/** A row, read once: what is looked up, and what is compared. */
export interface ReadRow {
  readonly uscc?: string | undefined;
  readonly registrationNumber?: string | undefined;
  readonly name?: ReadName | undefined;
}

const MOST_CANDIDATES = 10;

/** A code that fails its check is no evidence: the row's own check tells of it. */
export function readRow(row: SubjectRow, readName: NameReader): ReadRow {
  const uscc = row.uscc?.normalize("NFKC").replace(/\s+/gu, "").toUpperCase();
  const name = row.name?.trim();
  return {
    uscc: uscc && isUscc(uscc) ? uscc : undefined,
    registrationNumber: row.registrationNumber ? registrationNumberOf(row.registrationNumber) : undefined,
    name: name ? readName(name) : undefined,
  };
}

export const usccKey = (uscc: string): string => `u:${uscc}`;
export const numberKey = (registrationNumber: string): string => `r:${registrationNumber}`;
export const nameKey = ({ core }: ReadName): string => `n:${core}`;

/** Under what an enterprise is found. */
export const keysOf = (subject: KnownSubject, readName: NameReader): string[] => [
  ...new Set([
    usccKey(subject.uscc),
    ...subject.registrationNumbers.map(numberKey),
    ...[subject.name, ...subject.formerNames].map((name) => nameKey(readName(name))),
  ]),
];

/** What a row is looked up by. */
export const lookupKeys = ({ uscc, registrationNumber, name }: ReadRow): string[] => [
  ...(uscc ? [usccKey(uscc)] : []),
  ...(registrationNumber ? [numberKey(registrationNumber)] : []),
  ...(name ? [nameKey(name)] : []),
];

interface Named {
  readonly subject: KnownSubject;
  readonly match: NameMatch;
}

function bestMatch(row: ReadName, subject: KnownSubject, readName: NameReader): NameMatch | undefined {
  const matches = [
    matchNames(row, readName(subject.name), false),
    ...subject.formerNames.map((name) => matchNames(row, readName(name), true)),
  ];
  return matches.reduce(
    (best, match) => (match && match.certainty > (best?.certainty ?? -1) ? match : best),
    undefined,
  );
}

const candidateOf = ({ subject, match }: Named): Candidate => ({
  uscc: subject.uscc,
  name: subject.name,
  certainty: match.certainty,
  by: match.by,
});

function ambiguous(candidates: readonly Candidate[]): Resolution {
  const best = new Map<string, Candidate>();
  for (const one of candidates) {
    const before = best.get(one.uscc);
    if (!before || one.certainty > before.certainty) best.set(one.uscc, one);
  }
  const sorted = [...best.values()].sort((a, b) => b.certainty - a.certainty || (a.uscc < b.uscc ? -1 : 1));
  return { ambiguous: true, candidates: sorted.slice(0, MOST_CANDIDATES) };
}

/** By its name alone. Names that are only alike link when nobody else could be meant. */
function byName(found: readonly Named[]): Resolution {
  if (found.length === 0) return { unknown: true };
  const lossless = found.filter(({ match }) => match.lossless);
  const current = lossless.filter(({ match }) => match.by !== "formerName");
  // The registered name itself outweighs names that are alike, but not a second bearer, now or before.
  const only = lossless.length === 1 && current.length === 1 ? current[0] : found.length === 1 ? found[0] : undefined;
  if (!only || only.match.certainty < LINK_FROM) return ambiguous(found.map(candidateOf));
  return { uscc: only.subject.uscc, certainty: only.match.certainty, by: only.match.by };
}

/**
 * Which enterprise a row means. `found`: all that the index has under the row's lookup keys. Evidence that contradicts
 * itself (a code of one enterprise with the name of another) is ambiguous, however sure each part is.
 */
export function resolveRow(row: ReadRow, found: readonly KnownSubject[], readName: NameReader): Resolution {
  const { name } = row;
  const named = name
    ? found.flatMap((subject) => {
        const match = bestMatch(name, subject, readName);
        return match ? [{ subject, match }] : [];
      })
    : [];
  const bearers = named.filter(({ match }) => match.lossless && match.by !== "formerName").map(candidateOf);
  const numbered = found
    .filter(({ registrationNumbers }) => row.registrationNumber && registrationNumbers.includes(row.registrationNumber))
    .map((subject): Candidate => {
      const { uscc } = subject;
      return { uscc, name: subject.name, certainty: CERTAINTY.registrationNumber, by: "registrationNumber" };
    });
  const others = (uscc: string, evidence: readonly Candidate[]): boolean =>
    evidence.length > 0 && evidence.every((one) => one.uscc !== uscc);

  if (row.uscc) {
    const { uscc } = row;
    const known = found.find((subject) => subject.uscc === uscc);
    // A name that another enterprise bears may still be this one's with its place left out, but not in another form.
    const alike = named.some(({ subject, match }) => subject.uscc === uscc && match.formKept);
    if (others(uscc, numbered) || (others(uscc, bearers) && !alike)) {
      const own: Candidate = {
        uscc,
        ...(known ? { name: known.name } : {}),
        certainty: CERTAINTY.uscc,
        by: "uscc",
      };
      return ambiguous([own, ...numbered, ...bearers]);
    }
    return { uscc, certainty: CERTAINTY.uscc, by: "uscc" };
  }
  const [first, ...more] = numbered;
  if (first) {
    if (more.length > 0 || others(first.uscc, bearers)) return ambiguous([...numbered, ...bearers]);
    return { uscc: first.uscc, certainty: first.certainty, by: first.by };
  }
  return byName(named);
}

/** What a department's decision about a row is kept under: the words that it stood for. Empty where there are none. */
export const settlementKey = ({ registrationNumber, name }: ReadRow): string =>
  [registrationNumber ? numberKey(registrationNumber) : "", name ? `w:${name.written}` : ""].filter(Boolean).join("|");
