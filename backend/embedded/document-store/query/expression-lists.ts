import { compareValues } from "../bson/compare.ts";
import { toDouble } from "../bson/numbers.ts";
import { isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue } from "../errors.ts";
import { byKeys, keysOf } from "./expression-order.ts";
import {
  type Compile,
  checkNewVariable,
  integral,
  located,
  named,
  nullish,
  type Scope,
  shown,
  truth,
} from "./expression-support.ts";
import type { Expression } from "./expressions.ts";
import { parseSort } from "./sorting.ts";

function asName(v: Maybe): string {
  if (v !== undefined && typeof v !== "string") throw located(16866, "empty variable names are not allowed");
  return checkNewVariable(v ?? "this");
}

const map: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(16878, "$map only supports an object as its argument");
  for (const k of operand.keys())
    if (!["input", "as", "in"].includes(k)) throw located(16879, `Unrecognized parameter to $map: ${k}`);
  if (!operand.has("input")) throw located(16880, "Missing 'input' parameter to $map");
  if (!operand.has("in")) throw located(16882, "Missing 'in' parameter to $map");
  const input = scope.compile(operand.get("input")!);
  const [inner, slot] = scope.bind(asName(operand.get("as")));
  const body = inner.compile(operand.get("in")!);
  return (doc, vars) => {
    const list = input(doc, vars);
    if (nullish(list)) return null;
    if (!isArray(list)) throw located(16883, `input to $map must be an array not ${typeName(list)}`);
    return list.map((v) => {
      slot!.value = v;
      return body(doc, vars) ?? null;
    });
  };
};

const filter: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(28646, "$filter only supports an object as its argument");
  for (const k of operand.keys())
    if (!["input", "as", "cond", "limit"].includes(k)) throw located(28647, `Unrecognized parameter to $filter: ${k}`);
  if (!operand.has("input")) throw located(28648, "Missing 'input' parameter to $filter");
  if (!operand.has("cond")) throw located(28650, "Missing 'cond' parameter to $filter");
  const input = scope.compile(operand.get("input")!);
  const limit = operand.has("limit") ? scope.compile(operand.get("limit")!) : undefined;
  const [inner, slot] = scope.bind(asName(operand.get("as")));
  const cond = inner.compile(operand.get("cond")!);
  return (doc, vars) => {
    const list = input(doc, vars);
    if (nullish(list)) return null;
    if (!isArray(list)) throw located(28651, `input to $filter must be an array not ${typeName(list)}`);
    const most = list.length === 0 ? 0 : atMost(limit?.(doc, vars));
    const out: Value[] = [];
    for (const v of list) {
      slot!.value = v;
      if (truth(cond(doc, vars))) out.push(v);
      if (out.length >= most) break;
    }
    return out;
  };
};

function atMost(v: Maybe): number {
  if (nullish(v)) return Number.POSITIVE_INFINITY;
  const n = integral(v);
  if (n === undefined)
    throw located(327391, `$filter: limit must be represented as a 32-bit integral value: ${shown(v)}`);
  if (n <= 0) throw located(327392, `$filter: limit must be greater than 0: ${shown(v)}`);
  return n;
}

const reduce: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(40075, `$reduce requires an object as an argument, found: ${typeName(operand)}`);
  const args: Record<string, Expression> = {};
  const [inner, item, value] = scope.bind("this", "value");
  for (const [k, v] of operand) {
    if (!["input", "initialValue", "in"].includes(k)) throw located(40076, `$reduce found an unknown argument: ${k}`);
    args[k] = (k === "in" ? inner : scope).compile(v);
  }
  const { input, initialValue, in: body } = args;
  if (!input) throw located(40077, "$reduce requires 'input' to be specified");
  if (!initialValue) throw located(40078, "$reduce requires 'initialValue' to be specified");
  if (!body) throw located(40079, "$reduce requires 'in' to be specified");
  return (doc, vars) => {
    const list = input(doc, vars);
    if (nullish(list)) return null;
    if (!isArray(list)) throw located(40080, `$reduce requires that 'input' be an array, found: ${shown(list)}`);
    let total = initialValue(doc, vars);
    for (const v of list) {
      item!.value = v;
      value!.value = total;
      total = body(doc, vars);
    }
    return total;
  };
};

function expressions(name: string, v: Maybe, code: number, scope: Scope): Expression[] {
  if (v === undefined) return [];
  if (!isArray(v)) throw located(code, `${name} must be an array of expressions, found ${typeName(v)}`);
  return v.map(scope.compile);
}

const zip: Compile = (operand, scope) => {
  if (!isDoc(operand)) throw located(34460, `$zip only supports an object as an argument, found ${typeName(operand)}`);
  for (const k of operand.keys())
    if (!["inputs", "defaults", "useLongestLength"].includes(k))
      throw located(34464, `$zip found an unknown argument: ${k}`);
  const inputs = expressions("inputs", operand.get("inputs"), 34461, scope);
  const defaults = expressions("defaults", operand.get("defaults"), 34462, scope);
  const longest = operand.get("useLongestLength") ?? false;
  if (typeof longest !== "boolean") throw located(34463, `useLongestLength must be a bool, found ${typeName(longest)}`);
  if (inputs.length === 0) throw located(34465, "$zip requires at least one input array");
  if (defaults.length > 0 && !longest) throw located(34466, "cannot specify defaults unless useLongestLength is true");
  if (defaults.length > 0 && defaults.length !== inputs.length)
    throw located(34467, "defaults and inputs must have the same length");
  return (doc, vars) => {
    const lists: Value[][] = [];
    for (const e of inputs) {
      const v = e(doc, vars);
      if (nullish(v)) return null;
      if (!isArray(v)) throw located(34468, `$zip found a non-array expression in input: ${shown(v)}`);
      lists.push(v);
    }
    const sizes = lists.map((l) => l.length);
    const length = longest ? Math.max(...sizes) : Math.min(...sizes);
    const fill = Math.max(...sizes) === Math.min(...sizes) ? [] : defaults.map((e) => e(doc, vars));
    return Array.from({ length }, (_, row) => lists.map((l, i) => (row < l.length ? l[row]! : (fill[i] ?? null))));
  };
};

/** How $sortArray orders: by 1 or -1 the values themselves, by a document the documents' fields. */
function sorter(by: Value): (list: Value[]) => Value[] {
  if (isDoc(by)) {
    if (by.size === 0) throw located(2942505, "The $sort sortBy document must have at least one field");
    const fields = parseSort(by);
    const order = byKeys(fields);
    return (list) => {
      const keyed = list.map((v) => ({ v, keys: keysOf(v, fields) }));
      return keyed.sort((a, b) => order(a.keys, b.keys)).map((k) => k.v);
    };
  }
  const n = isNumber(by) ? toDouble(by) : undefined;
  if (n !== 1 && n !== -1) throw located(2942506, "The $sort element value must be either 1 or -1");
  return (list) => list.toSorted((a, b) => n * compareValues(a, b));
}

const sortArray: Compile = (operand, scope) => {
  const by = isDoc(operand) ? operand.get("sortBy") : undefined;
  return named(
    {
      required: {
        input: [2942502, "$sortArray requires 'input' to be specified"],
        sortBy: [2942503, "$sortArray requires 'sortBy' to be specified"],
      },
      notObject: (v) => [2942500, `$sortArray requires an object as an argument, found: ${typeName(v)}`],
      unknown: (k) => [2942501, `$sortArray found an unknown argument: ${k}`],
    },
    ({ input }) => {
      if (by === undefined) throw badValue("$sortArray requires 'sortBy' to be specified");
      const sort = sorter(by);
      return (doc, vars) => {
        const list = input!(doc, vars);
        if (nullish(list)) return null;
        if (!isArray(list))
          throw located(
            2942504,
            `The input argument to $sortArray must be an array, but was of type: ${typeName(list)}`,
          );
        return sort(list);
      };
    },
  )(operand, scope);
};

export const listExpressions: Record<string, Compile> = {
  $map: map,
  $filter: filter,
  $reduce: reduce,
  $zip: zip,
  $sortArray: sortArray,
};
