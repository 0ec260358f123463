import { memoryOf } from "../bson/size.ts";
import { type Doc, int32, isDoc, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { keyText } from "../keys.ts";
import { PAUSE, type Slice, type Stream } from "../pause.ts";
import { ACCUMULATORS, type Accumulator } from "./accumulators.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import { MEMORY_LIMIT } from "./sorting.ts";

interface Field {
  name: string;
  op: string;
  make: () => Accumulator;
  value: Expression;
  /** It keeps the values that it is given, so its memory grows with the input. */
  grows: boolean;
}

const GROWING = new Set(["$push", "$addToSet", "$mergeObjects"]);
const GROUP_BYTES = 200;
const FIELD_BYTES = 100;
const OUTPUT_BETWEEN_RESTS = 1000;

function field(name: string, spec: Value): Field {
  if (name.includes(".")) throw badValue(`The field name '${name}' cannot contain '.'`);
  if (!isDoc(spec) || spec.size !== 1) throw badValue(`The field '${name}' must specify one accumulator`);
  const [op, operand] = [...spec][0]!;
  const make = ACCUMULATORS[op];
  if (!make) throw new StoreError("InvalidOptions", `unknown group operator '${op}'`);
  const value = op === "$count" ? () => int32(1) : compileExpression(operand);
  return { name, op, make, value, grows: GROWING.has(op) };
}

interface Group {
  id: Value;
  states: Accumulator[];
}

/** $group: reads all input, keeps one state per group, gives the groups in order of first appearance. */
export function groupStage(spec: Value, outer: Vars, slice: Slice): (input: Stream<Doc>) => Stream<Doc> {
  if (!isDoc(spec)) throw badValue("a group's fields must be specified in an object");
  const id = spec.get("_id");
  if (id === undefined) throw badValue("a group specification must include an _id");
  const idOf = compileExpression(id);
  const fields = [...spec].filter(([k]) => k !== "_id").map(([k, v]) => field(k, v));
  return function* (input) {
    const groups = new Map<string, Group>();
    let bytes = 0;
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      const key = idOf(d, outer) ?? null;
      const text = keyText(key);
      let group = groups.get(text);
      if (!group) {
        group = { id: key, states: fields.map((f) => f.make()) };
        groups.set(text, group);
        bytes += GROUP_BYTES + text.length + memoryOf(key) + fields.length * FIELD_BYTES;
      }
      for (let i = 0; i < fields.length; i++) {
        const f = fields[i]!;
        const v = f.value(d, outer);
        if (f.grows) bytes += 16 + memoryOf(v);
        group.states[i]!.add(v);
      }
      if (bytes > MEMORY_LIMIT) throw tooMuch(fields);
    }
    let given = 0;
    for (const g of groups.values()) {
      if (++given % OUTPUT_BETWEEN_RESTS === 0 && slice.over) yield PAUSE;
      const out: Doc = new Map([["_id", g.id]]);
      fields.forEach((f, i) => {
        const v = g.states[i]!.result();
        if (v !== undefined) out.set(f.name, v);
      });
      yield out;
    }
  };
}

function tooMuch(fields: Field[]): StoreError {
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
