import { type Facts, type Finding, type UnknownReason, unknown } from "./check-facts.ts";
import type { Bilingual, Param, ParamsOf, ParamValues } from "./check-params.ts";

/** A yes/no question about a subject, answered from registers alone. */
export interface CheckKind<List extends readonly Param[] = readonly Param[]> {
  /** Stable: in stored answers and in the API. */
  readonly code: string;
  readonly question: Bilingual;
  readonly params: List;
  /** All that it reads. The reader must be allowed to see each of them, and each must speak for the present. */
  readonly catalogs: readonly string[];
  /** The days, months or years that the answer speaks of, where records have a period. */
  readonly periods?: (params: ParamsOf<List>, today: string) => readonly string[];
  readonly rule: (facts: Facts, params: ParamsOf<List>) => Finding;
}

/** A kind among others, whose parameters were checked by its schema. */
export type AnyCheckKind = Omit<CheckKind, "periods" | "rule"> & {
  readonly periods?: (params: ParamValues, today: string) => readonly string[];
  readonly rule: (facts: Facts, params: ParamValues) => Finding;
};

/** Says a kind with the types of its own parameters. */
export const check = <const List extends readonly Param[]>(kind: CheckKind<List>): AnyCheckKind =>
  kind as unknown as AnyCheckKind;

export interface Verdict {
  readonly answer: "yes" | "no" | "unknown";
  readonly reason?: UnknownReason;
  /** The day up to which every register behind it speaks. Absent where one says nothing. */
  readonly asOf?: string;
  readonly evidence: readonly { readonly catalogId: string; readonly recordIds: readonly string[] }[];
}

/**
 * The answer. A register that was never received, is too old, or covers a time that the reader may not see makes it
 * unknown, never "no".
 */
export function answerCheck(kind: AnyCheckKind, params: ParamValues, facts: Facts): Verdict {
  const dates: string[] = [];
  let silent: UnknownReason | undefined;
  for (const catalogId of kind.catalogs) {
    const register = facts.register(catalogId);
    if (typeof register === "string") silent ??= register;
    else dates.push(register.asOf);
  }
  if (!silent && kind.periods?.(params, facts.today).some((period) => !facts.covers(period)))
    silent = "periodNotCovered";
  const finding = silent ? unknown(silent) : kind.rule(facts, params);
  const evidence = kind.catalogs.map((catalogId) => ({
    catalogId,
    recordIds: finding.records.filter((record) => record.catalogId === catalogId).map(({ id }) => id),
  }));
  return {
    answer: finding.answer,
    ...(finding.answer === "unknown" ? { reason: finding.reason } : {}),
    ...(dates.length === kind.catalogs.length ? { asOf: dates.sort()[0]! } : {}),
    evidence,
  };
}
