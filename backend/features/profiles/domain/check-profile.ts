import { type CheckOptions, checkProof } from "../../../lib/proof/check.ts";
import { line, type ProofCheck, type ProofLine, verdictOf } from "../../../lib/proof/lines.ts";
import { remembering } from "../../../lib/proof/node.ts";
import type { IndicatorView, ProfilePack } from "../profile-schemas.ts";
import {
  type Difference,
  differenceOf,
  type Provable,
  provable,
  type RecomputePorts,
  recompute,
} from "./compare-profile.ts";
import { DEFINITIONS, INDICATORS } from "./indicators.ts";
import { checkRecords, type RecordCheck } from "./profile-pack.ts";

/**
 * `silent`: it is as it should be, but rests on no record, as a register's zero does; `unknown`: the file says that it is
 * unknown, and so it is; the others are as its records are.
 */
export const FIGURE_STATES = ["wrong", "closed", "waiting", "unchecked", "silent", "unknown", "proved"] as const;
export type FigureState = (typeof FIGURE_STATES)[number];

export interface FigureCheck {
  readonly id: string;
  /** This checker's own name of it; a figure that nobody knows has its id. */
  readonly name: IndicatorView["name"];
  readonly unit: IndicatorView["unit"];
  readonly catalogId: string;
  readonly value: IndicatorView["value"] | undefined;
  readonly asOf?: string | undefined;
  readonly recordCount: number;
  readonly state: FigureState;
  readonly difference?: Difference | undefined;
  /** Records of its catalog that keep it from being proved. */
  readonly records: readonly string[];
}

export interface ProfileCheck extends ProofCheck {
  readonly figures: readonly FigureCheck[];
  readonly counts: Readonly<Record<FigureState, number>>;
  readonly records: readonly RecordCheck[];
}

export interface ProfileCheckOptions extends Omit<CheckOptions, "document">, RecomputePorts {
  /** Records that aren't on the chain yet don't keep the whole from being valid. */
  readonly allowWaiting?: boolean | undefined;
}

const DEFINED = new Map(INDICATORS.map((indicator) => [indicator.id, indicator]));

/** The lines of many proofs as one line each: the first that isn't passed is told. */
function merged(checks: readonly { name: string; lines: readonly ProofLine[] }[], part: string): ProofLine[] {
  const found = new Map<string, { state: ProofLine["state"]; told: string[] }>();
  const rank = { pass: 0, skipped: 1, fail: 2 };
  for (const { name, lines } of checks)
    for (const { id, state, detail } of lines) {
      const before = found.get(id) ?? { state: "pass" as const, told: [] };
      const told = state === "pass" ? [] : [`${name}: ${detail ?? state}`];
      if (rank[state] > rank[before.state]) found.set(id, { state, told });
      else found.set(id, { ...before, told: state === before.state ? [...before.told, ...told] : before.told });
    }
  return [...found].map(([id, { state, told }]) => ({
    id: id === "registry" || id === "chain" ? id : `${part}.${id}`,
    state,
    ...(told.length > 0 ? { detail: told.length > 1 ? `${told[0]} (+${told.length - 1})` : told[0] } : {}),
  }));
}

function figuresOf(
  { profile }: ProfilePack,
  shown: Provable,
  again: Provable | undefined,
  records: readonly RecordCheck[],
): FigureCheck[] {
  const inFile = Map.groupBy(shown.indicators, ({ id }) => id);
  const own = new Map(again?.indicators.map((indicator) => [indicator.id, indicator]));
  const byCatalog = Map.groupBy(records, ({ catalogId }) => catalogId);
  const ids = new Set([...inFile.keys(), ...own.keys()]);
  return [...ids].map((id): FigureCheck => {
    const told = inFile.get(id) ?? [];
    const [given] = told;
    const expected = own.get(id);
    const difference = again && differenceOf(told.length > 1 ? told : given, expected);
    const definition = DEFINED.get(id);
    const catalogId = definition?.catalogId ?? given?.source.catalogId ?? "";
    const all = byCatalog.get(catalogId) ?? [];
    const having = (state: RecordCheck["state"]) => all.filter((record) => record.state === state);
    const state = ((): FigureState => {
      if (having("wrong").length > 0 || (difference && having("closed").length === 0)) return "wrong";
      for (const state of ["closed", "waiting"] as const) if (having(state).length > 0) return state;
      if (!again) return "unchecked";
      if (given?.value === null) return "unknown";
      if (given?.recordCount === 0) return "silent";
      return having("unchecked").length > 0 ? "unchecked" : "proved";
    })();
    return {
      id,
      name: definition?.name ?? { zh: id, en: id },
      unit: definition?.unit ?? "text",
      catalogId,
      value: profile.indicators.find((indicator) => indicator.id === id)?.value,
      asOf: given?.asOf,
      recordCount: given?.recordCount ?? 0,
      state,
      // Without all of its records a difference says nothing.
      difference: state === "wrong" ? difference : undefined,
      records: state === "proved" ? [] : all.filter((record) => record.state === state).map((record) => record.id),
    };
  });
}

const inWords = ({ at, inFile, recomputed }: Difference): string =>
  `${at ? `${at}: ` : ""}${inFile} in the file, ${recomputed} from the records`;

/** Checks every proof of an export, works its profile out again of the proved records, and compares. Never throws. */
export async function checkProfile(pack: ProfilePack, options: ProfileCheckOptions): Promise<ProfileCheck> {
  const { profile, snapshot } = pack;
  const { trust, allowWaiting } = options;
  // Many records are in one batch: the node is asked once.
  const chain = options.chain && remembering(options.chain);
  const records = await checkRecords(pack, { chain, trust });
  const copy = snapshot ? (await checkProof({ ...snapshot, document: profile }, { chain, trust })).lines : [];
  const copyKind = snapshot && snapshot.anchor.kind !== "snapshots" ? "the proof is of something else" : true;
  const shown = provable(profile);
  let again: Provable | undefined;
  const rules = await line("rules", () => {
    if (profile.basis.rules !== DEFINITIONS)
      return { skipped: `worked out by the rules ${profile.basis.rules}; these are ${DEFINITIONS}` };
    again = recompute(pack, records, options);
    return true;
  });
  const figures = figuresOf(pack, shown, again, records);
  const counts = Object.fromEntries(
    FIGURE_STATES.map((state) => [state, figures.filter((figure) => figure.state === state).length]),
  ) as Record<FigureState, number>;
  const of = (state: RecordCheck["state"]) => records.filter((record) => record.state === state);
  const same = (id: string, ...parts: (keyof Provable)[]) =>
    line(id, () => {
      if (!again) return { skipped: "not worked out again" };
      for (const part of parts) {
        const found = differenceOf(shown[part], again[part], part);
        if (found) return of("closed").length > 0 ? { skipped: inWords(found) } : inWords(found);
      }
      return true;
    });
  const wrong = figures.filter(({ state }) => state === "wrong");
  const proofs = records.map(({ id, lines }) => ({ name: id, lines }));
  const ofRecords = merged(proofs, "record");
  const ofCopy = copy.filter(({ id }) => id !== "registry" && id !== "chain");
  const lines = [
    ...merged([...proofs, { name: "snapshot", lines: copy }], "").filter(({ id }) => !id.startsWith(".")),
    ...ofRecords.filter(({ id }) => id.startsWith("record.")),
    ...(snapshot ? [await line("snapshot.kind", () => copyKind)] : []),
    ...ofCopy.map((each) => ({ ...each, id: `snapshot.${each.id}` })),
    rules,
    await line("figures", () => {
      if (!again) return { skipped: "not worked out again" };
      const [first] = wrong;
      if (!first) return true;
      const why = first.difference ? inWords(first.difference) : `record ${first.records[0]}`;
      return `${first.name.en} (${first.id}): ${why}${wrong.length > 1 ? ` (+${wrong.length - 1})` : ""}`;
    }),
    await same("series", "series"),
    await same("facts", "enterprise", "events", "ties", "licences"),
    await same("evidence", "evidence", "completeness"),
    ...(of("waiting").length > 0 ? [left("waiting", of("waiting"), counts.waiting, allowWaiting)] : []),
    ...(of("closed").length > 0 ? [left("closed", of("closed"), counts.closed)] : []),
    ...(proofs.some(({ lines }) => lines.length > 1) || snapshot
      ? []
      : [{ id: "chain", state: "skipped" as const, detail: "nothing in the file is on the chain" }]),
    await line("complete", () =>
      snapshot && ofCopy.every(({ state }) => state === "pass")
        ? copyKind
        : { skipped: "that there is no other record is the platform's word", ...(snapshot ? {} : { optional: true }) },
    ),
  ];
  return { verdict: verdictOf(lines), lines, figures, counts, records };
}

const left = (id: string, records: readonly RecordCheck[], figures: number, optional?: boolean): ProofLine => ({
  id,
  state: "skipped",
  detail: `${records.length} records, ${figures} figures`,
  ...(optional ? { optional: true } : {}),
});
