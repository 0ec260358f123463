import { type CheckOptions, checkProof } from "../../../lib/proof/check.ts";
import { equal, line, type ProofLine, verdictOf } from "../../../lib/proof/lines.ts";
import { isProfile, type PackFault } from "../../../lib/proof/pack.ts";
import { PROFILE_FORMAT, type ProfilePack, profilePack, provedRecord } from "../profile-schemas.ts";
import type { ProfileRecord } from "./profile-record.ts";

/* The records of an exported profile: each one's proof, and that it is the record that the profile speaks of. */

/** Reads an export's JSON. What is returned is the file's own value: its hash is of every word in it. */
export function readProfilePack(value: unknown): { profile: ProfilePack } | { fault: PackFault; at?: string } {
  if (!isProfile(value)) return { fault: "unknownFormat" };
  const { format } = value as { format: string };
  if (format !== PROFILE_FORMAT) return { fault: "unknownVersion", at: format };
  const parsed = profilePack.safeParse(value);
  if (parsed.success) return { profile: value as ProfilePack };
  const issue = parsed.error.issues[0];
  return { fault: "broken", at: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
}

/**
 * `waiting`: its batch isn't on the chain yet. `closed`: the file names it and doesn't show it. `unchecked`: nothing is
 * wrong, but not everything was compared.
 */
export type RecordState = "proved" | "unchecked" | "waiting" | "closed" | "wrong";

export interface RecordCheck {
  readonly id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly state: RecordState;
  readonly lines: readonly ProofLine[];
  /** What it says, proved or not. */
  readonly record?: ProfileRecord;
}

type Fields = Record<string, string | number | boolean>;

type Named = ProfilePack["profile"]["basis"]["records"][number];
type Entry = ProfilePack["records"][number];

/** The file's word for a record against what its document says. */
async function checkRecord(
  { id, catalogId, key, receivedAt }: Named,
  entries: readonly Entry[],
  { profile: { basis, enterprise } }: ProfilePack,
  options: CheckOptions,
): Promise<RecordCheck> {
  const [entry] = entries;
  const parsed = provedRecord.safeParse(entry?.proof ? entry.proof.document : entry?.document);
  const shown = entry?.proof !== undefined || entry?.document !== undefined;
  const source = await line("source", () => {
    if (entries.length !== 1) return `the file has ${entries.length} entries of it`;
    if (basis.records.filter((other) => other.catalogId === catalogId && other.key === key).length > 1)
      return `${catalogId} ${key}: counted more than once`;
    if (!shown) return { skipped: "the file doesn't show it" };
    if (entry?.proof && entry.document !== undefined) return "a proof and another document";
    if (!parsed.success) return "its document is that of no record";
    const { data } = parsed;
    return equal(
      ["catalogId", data.catalogId, catalogId],
      ["key", data.key, key],
      ["uscc", data.uscc, enterprise.uscc],
      ["kind", entry?.proof?.anchor.kind ?? "records", "records"],
    );
  });
  const lines = [source, ...(entry?.proof ? (await checkProof(entry.proof, options)).lines : [])];
  const verdict = verdictOf(lines);
  const unproved = entry?.proof ? ("unchecked" as const) : shown ? ("waiting" as const) : ("closed" as const);
  const state =
    verdict === "invalid" ? "wrong" : verdict === "incomplete" || !entry?.proof ? unproved : ("proved" as const);
  const field = basis.catalogs[catalogId]?.periodField;
  const fields: Fields = parsed.success ? parsed.data.fields : {};
  const period = field === undefined ? undefined : fields[field];
  return {
    id,
    catalogId,
    key,
    state,
    lines,
    ...(parsed.success
      ? { record: { id, catalogId, receivedAt, fields, ...(period === undefined ? {} : { period: String(period) }) } }
      : {}),
  };
}

/** Records compared at a time: each asks the node for a batch that others asked for as well. */
const AT_ONCE = 8;

/** Of every record that the profile was worked out of, and of those that the file has beside them. */
export async function checkRecords(pack: ProfilePack, options: CheckOptions): Promise<RecordCheck[]> {
  const { records: named } = pack.profile.basis;
  const byId = Map.groupBy(pack.records, ({ id }) => id);
  const found: RecordCheck[] = [];
  for (let at = 0; at < named.length; at += AT_ONCE) {
    const some = named.slice(at, at + AT_ONCE);
    found.push(
      ...(await Promise.all(some.map((record) => checkRecord(record, byId.get(record.id) ?? [], pack, options)))),
    );
  }
  const known = new Set(named.map(({ id }) => id));
  const strange = [...byId.keys()].filter((id) => !known.has(id));
  for (const id of strange) {
    const lines: ProofLine[] = [{ id: "source", state: "fail", detail: "the profile was not worked out of it" }];
    found.push({ id, catalogId: "", key: "", state: "wrong", lines });
  }
  return found;
}
