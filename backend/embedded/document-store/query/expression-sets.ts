import { compareValues } from "../bson/compare.ts";
import { isArray, type Maybe, typeName, type Value } from "../bson/types.ts";
import { keyText } from "../keys.ts";
import { distinct } from "./expression-arrays.ts";
import { binary, located, nary, nullish, type Operator, truth, unary, variadic } from "./expression-support.ts";

const keys = (v: Value[]): Set<string> => new Set(v.map(keyText));
const sorted = (v: Value[]): Value[] => distinct(v).sort(compareValues);

function array(v: Maybe, code: number, message: (type: string) => string): Value[] {
  if (!isArray(v)) throw located(code, message(typeName(v)));
  return v;
}

function union(args: Maybe[]): Maybe {
  const all: Value[] = [];
  for (const v of args) {
    if (nullish(v)) return null;
    for (const x of array(v, 17043, (t) => `All operands of $setUnion must be arrays. One argument is of type: ${t}`))
      all.push(x);
  }
  return sorted(all);
}

function intersection(args: Maybe[]): Maybe {
  let all: Value[] = [];
  for (const [i, v] of args.entries()) {
    if (nullish(v)) return null;
    const next = array(
      v,
      17047,
      (t) => `All operands of $setIntersection must be arrays. One argument is of type: ${t}`,
    );
    const has = i === 0 ? undefined : keys(next);
    all = has ? all.filter((x) => has.has(keyText(x))) : next;
  }
  return sorted(all);
}

const both = (name: string, place: string) => (t: string) =>
  `both operands of ${name} must be arrays. ${place} argument is of type: ${t}`;

function difference(a: Maybe, b: Maybe): Maybe {
  if (nullish(a) || nullish(b)) return null;
  const left = array(a, 17048, both("$setDifference", "First"));
  const drop = keys(array(b, 17049, both("$setDifference", "Second")));
  return distinct(left.filter((v) => !drop.has(keyText(v))));
}

function isSubset(a: Maybe, b: Maybe): boolean {
  const left = array(a, 17046, both("$setIsSubset", "First"));
  const all = keys(array(b, 17042, both("$setIsSubset", "Second")));
  return left.every((v) => all.has(keyText(v)));
}

function equals(args: Maybe[]): boolean {
  const sets = args.map((v, i) =>
    keys(array(v, 17044, (t) => `All operands of $setEquals must be arrays. ${i + 1}-th argument is of type: ${t}`)),
  );
  const [first, ...others] = sets as [Set<string>, ...Set<string>[]];
  return others.every((s) => s.size === first.size && [...s].every((k) => first.has(k)));
}

const elements = (name: string, v: Maybe, code: number): Value[] =>
  array(v, code, (t) => `${name}'s argument must be an array, but is ${t}`);

export const setOperators: Record<string, Operator> = {
  $setUnion: variadic(union),
  $setIntersection: variadic(intersection),
  $setDifference: binary(difference),
  $setIsSubset: binary(isSubset),
  $setEquals: {
    ...nary(2, Number.POSITIVE_INFINITY, equals),
    tooFew: (n) => [17045, `$setEquals needs at least two arguments had: ${n}`],
  },
  $allElementsTrue: unary((v) => elements("$allElementsTrue", v, 17040).every(truth)),
  $anyElementTrue: unary((v) => elements("$anyElementTrue", v, 17041).some(truth)),
};
