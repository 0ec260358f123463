import { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from "mongodb";
import { compareNumbers } from "./numbers.ts";
import { isDoc, isNum, typeOrder, type Value } from "./values.ts";

const bytesOf = (v: string): Buffer => Buffer.from(v, "utf8");
const order = <T extends number | bigint | boolean>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function compareBinaries(a: Binary, b: Binary): number {
  const x = Buffer.from(a.value());
  const y = Buffer.from(b.value());
  return order(x.length, y.length) || order(a.sub_type, b.sub_type) || Buffer.compare(x, y);
}

/** Field by field: the type, then the name, then the value; the one that ends first is smaller. */
function compareFields(a: [string, Value][], b: [string, Value][], withNames: boolean): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i];
    const y = b[i];
    if (!x) return -1;
    if (!y) return 1;
    const c =
      order(typeOrder(x[1]), typeOrder(y[1])) ||
      (withNames ? Buffer.compare(bytesOf(x[0]), bytesOf(y[0])) : 0) ||
      compare(x[1], y[1]);
    if (c !== 0) return c;
  }
  return 0;
}

const entries = (v: Value[]): [string, Value][] => v.map((x) => ["", x]);
const text = (v: string | BSONSymbol): Buffer => bytesOf(typeof v === "string" ? v : v.value);

/** MongoDB's order of all values; a missing one (undefined) stands between MinKey and null. */
export function compare(a: Value | undefined, b: Value | undefined): number {
  const types = order(typeOrder(a), typeOrder(b));
  if (types !== 0 || a === undefined || b === undefined) return types;
  if (isNum(a) && isNum(b)) return compareNumbers(a, b);
  if (isDoc(a) && isDoc(b)) return compareFields([...a], [...b], true);
  if (Array.isArray(a) && Array.isArray(b)) return compareFields(entries(a), entries(b), false);
  if (a instanceof Binary && b instanceof Binary) return compareBinaries(a, b);
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (typeof a === "boolean" && typeof b === "boolean") return order(a, b);
  if (a instanceof Date && b instanceof Date) return order(a.getTime(), b.getTime());
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.t, b.t) || order(a.i, b.i);
  if (a instanceof BSONRegExp && b instanceof BSONRegExp)
    return Buffer.compare(text(a.pattern), text(b.pattern)) || Buffer.compare(text(a.options), text(b.options));
  if (a instanceof Code && b instanceof Code) return Buffer.compare(text(a.code), text(b.code));
  if ((typeof a === "string" || a instanceof BSONSymbol) && (typeof b === "string" || b instanceof BSONSymbol))
    return Buffer.compare(text(a), text(b));
  // MinKey, null and MaxKey have one value each.
  return 0;
}

export const equal = (a: Value | undefined, b: Value | undefined): boolean => compare(a, b) === 0;
