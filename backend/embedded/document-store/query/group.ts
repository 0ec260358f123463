import { type Doc, int32, isDoc, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { keyText } from "../keys.ts";
import { ACCUMULATORS, type Accumulator } from "./accumulators.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";

interface Field {
  name: string;
  make: () => Accumulator;
  value: Expression;
}

function field(name: string, spec: Value): Field {
  if (name.includes(".")) throw badValue(`The field name '${name}' cannot contain '.'`);
  if (!isDoc(spec) || spec.size !== 1) throw badValue(`The field '${name}' must specify one accumulator`);
  const [op, operand] = [...spec][0]!;
  const make = ACCUMULATORS[op];
  if (!make) throw new StoreError("InvalidOptions", `unknown group operator '${op}'`);
  return { name, make, value: op === "$count" ? () => int32(1) : compileExpression(operand) };
}

/** $group: reads all input, keeps one state per group, gives the groups in order of first appearance. */
export function groupStage(spec: Value, outer: Vars): (input: Iterable<Doc>) => Iterable<Doc> {
  if (!isDoc(spec)) throw badValue("a group's fields must be specified in an object");
  const id = spec.get("_id");
  if (id === undefined) throw badValue("a group specification must include an _id");
  const idOf = compileExpression(id);
  const fields = [...spec].filter(([k]) => k !== "_id").map(([k, v]) => field(k, v));
  return function* (input) {
    const groups = new Map<string, { id: Value; states: Accumulator[] }>();
    for (const d of input) {
      const vars = { ROOT: d, ...outer };
      const key = idOf(d, vars) ?? null;
      const text = keyText(key);
      let group = groups.get(text);
      if (!group) {
        group = { id: key, states: fields.map((f) => f.make()) };
        groups.set(text, group);
      }
      for (let i = 0; i < fields.length; i++) group.states[i]!.add(fields[i]!.value(d, vars));
    }
    for (const g of groups.values()) {
      const out: Doc = new Map([["_id", g.id]]);
      fields.forEach((f, i) => {
        const v = g.states[i]!.result();
        if (v !== undefined) out.set(f.name, v);
      });
      yield out;
    }
  };
}
