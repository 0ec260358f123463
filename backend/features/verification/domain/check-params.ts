/** A word or sentence in both languages of the product. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/**
 * What a check asks besides the subject, and the form of its value: text, choice: string · integer: number · amount: fen as a
 * decimal string · month: "YYYY-MM" · person: a resident identity number, of which the rules see the keyed hash alone.
 */
export type Param = { readonly name: string; readonly label: Bilingual; readonly optional?: true } & (
  | { readonly type: "text"; readonly maxLength: number }
  | { readonly type: "integer"; readonly min: number; readonly max: number }
  | { readonly type: "choice"; readonly options: readonly { readonly value: string; readonly label: Bilingual }[] }
  | { readonly type: "amount" | "month" | "person" }
);

type ValueOf<P extends Param> = P["type"] extends "integer" ? number : string;

/** The values of a list of parameters, by name. */
export type ParamsOf<List extends readonly Param[]> = {
  readonly [P in List[number] as P["name"]]: P extends { readonly optional: true }
    ? ValueOf<P> | undefined
    : ValueOf<P>;
};

export type ParamValues = Readonly<Record<string, string | number | undefined>>;

const SMALL_NUMBER = /^\d{1,9}$/;

/**
 * A row of a table as parameters: headings are the parameters' names or labels, empty cells are absent. What is no number
 * stays text, for the schema to refuse.
 */
export function paramsOfRow(
  params: readonly Param[],
  row: Readonly<Record<string, string>>,
): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const { name, label, type } of params) {
    const text = (row[name] ?? row[label.zh] ?? row[label.en] ?? "").trim();
    if (text !== "") found[name] = type === "integer" && SMALL_NUMBER.test(text) ? Number(text) : text;
  }
  return found;
}
