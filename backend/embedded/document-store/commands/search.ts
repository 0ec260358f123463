import { type Doc, isNumber } from "../bson/types.ts";
import type { Query } from "../executor.ts";
import type { Hint } from "../planner.ts";
import { parseSort } from "../query/sorting.ts";
import { type Context, document, hintOf, letVars, natural, text } from "./context.ts";

/** What find, count and the like search, from the fields of the command. */
export function queryOf(context: Context, body: Doc, filterName: string): { name: string; query: Query } {
  const name = text(body, body.keys().next().value!);
  const c = context.storage.catalog.get(context.db, name);
  const sort = body.get("sort");
  let hint: Hint | undefined = hintOf(c, body.get("hint"));
  const order = sort instanceof Map ? sort.get("$natural") : undefined;
  if (order !== undefined) hint = { natural: isNumber(order) && String(order).startsWith("-") ? -1 : 1 };
  const limit = natural(body.get("limit"), "limit") ?? 0;
  return {
    name,
    query: {
      filter: document(body.get(filterName), filterName),
      sort: order === undefined ? parseSort(sort) : [],
      skip: natural(body.get("skip"), "skip") ?? 0,
      limit,
      hint,
      vars: letVars(body.get("let")),
    },
  };
}
