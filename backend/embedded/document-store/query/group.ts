import { Decimal128, Int32 } from "bson";
import { compareNumbers, toDouble } from "../bson/numbers.ts";
import { memoryOf } from "../bson/size.ts";
import { type Doc, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { keyText } from "../keys.ts";
import { PAUSE } from "../pause.ts";
import { type Accumulator, type CompiledAccumulator, compileGroupField } from "./accumulators.ts";
import { located } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import type { AggregateContext } from "./pipeline.ts";
import { MEMORY_LIMIT } from "./sorting.ts";
import type { Stage } from "./stage-support.ts";

interface Field extends CompiledAccumulator {
  name: string;
  op: string;
}

const GROUP_BYTES = 200;
const FIELD_BYTES = 100;
const OUTPUT_BETWEEN_RESTS = 1000;

interface Group {
  id: Value;
  states: Accumulator[];
}

function idExpression(id: Value, vars: Vars): Expression {
  if (isDoc(id) && !id.keys().next().value?.startsWith("$"))
    for (const v of id.values())
      if (isNumber(v) || typeof v === "boolean")
        throw located(17390, "$group does not support inclusion-style expressions");
  return compileExpression(id, vars);
}

/** The output fields of $group and $bucketAuto. */
export const groupFields = (spec: Iterable<[string, Value]>, vars: Vars): Field[] =>
  [...spec].map(([name, v]) => {
    const compiled = compileGroupField(name, v, vars);
    return { ...compiled, name, op: (v as Doc).keys().next().value! };
  });

/** Groups by value: equal numbers of different types are one key. Most keys need no encoding. */
class Groups {
  readonly #simple = new Map<Value, Group>();
  readonly #other = new Map<string, Group>();

  /** The group of an id, made on first sight. */
  of(id: Value, make: (id: Value, keyBytes: number) => Group): Group {
    const key = simpleKey(id);
    if (key !== undefined) {
      let group = this.#simple.get(key);
      if (!group) {
        group = make(id, 0);
        this.#simple.set(key, group);
      }
      return group;
    }
    const text = keyText(id);
    let group = this.#other.get(text);
    if (!group) {
      group = make(id, text.length);
      this.#other.set(text, group);
    }
    return group;
  }
}

/** A primitive that equals another just when the values are equal; undefined when there is none. */
function simpleKey(v: Value): string | number | boolean | null | undefined {
  if (typeof v === "string" || typeof v === "number" || typeof v === "boolean" || v === null) return v;
  if (v instanceof Int32) return v.value;
  if (typeof v !== "bigint" && !(v instanceof Decimal128)) return undefined;
  const n = toDouble(v);
  return compareNumbers(n, v) === 0 ? n : undefined;
}

/** $group: reads all input, keeps one state per group, gives the groups in order of first appearance. */
export function groupStage(spec: Value, { vars, storage }: AggregateContext): Stage {
  if (!isDoc(spec)) throw located(15947, "a group's fields must be specified in an object");
  const id = spec.get("_id");
  if (id === undefined) throw located(15955, "a group specification must include an _id");
  const idOf = idExpression(id, vars);
  const fields = groupFields(
    [...spec].filter(([k]) => k !== "_id"),
    vars,
  );
  const values = fields.map((f) => f.value);
  const growing = fields.some((f) => f.grows);
  return function* (input) {
    const groups = new Groups();
    const inOrder: Group[] = [];
    let bytes = 0;
    const make = (key: Value, keyBytes: number): Group => {
      const group = { id: key, states: fields.map((f) => f.make(key, vars)) };
      inOrder.push(group);
      bytes += GROUP_BYTES + keyBytes + memoryOf(key) + fields.length * FIELD_BYTES;
      return group;
    };
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      const { states } = groups.of(idOf(d, vars) ?? null, make);
      for (let i = 0; i < states.length; i++) {
        const v = values[i]!(d, vars);
        if (growing && fields[i]!.grows) bytes += 16 + memoryOf(v);
        states[i]!.add(v);
      }
      if (bytes > MEMORY_LIMIT) throw tooMuch(fields);
    }
    let given = 0;
    for (const g of inOrder) {
      if (++given % OUTPUT_BETWEEN_RESTS === 0 && storage.slice.over) yield PAUSE;
      yield groupDocument(g.id, fields, g.states);
    }
  };
}

export function groupDocument(id: Value, fields: readonly Field[], states: readonly Accumulator[]): Doc {
  const out: Doc = new Map([["_id", id]]);
  for (let i = 0; i < fields.length; i++) {
    const v: Maybe = states[i]!.result();
    out.set(fields[i]!.name, v ?? null);
  }
  return out;
}

function tooMuch(fields: readonly Field[]): StoreError {
  const op = fields.find((f) => f.grows)?.op;
  if (op)
    return new StoreError(
      "ExceededMemoryLimit",
      `${op} used too much memory and cannot spill to disk. Memory limit: ${MEMORY_LIMIT} bytes`,
    );
  return new StoreError(
    "QueryExceededMemoryLimitNoDiskUseAllowed",
    "Exceeded memory limit for $group, but didn't allow external sort. Pass allowDiskUse:true to opt in.",
  );
}
