import { type Doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { type CodeName, StoreError } from "../errors.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import { splitPath } from "./paths.ts";
import { fieldPath, type Project } from "./projection.ts";

interface Field {
  path: string;
  parts: readonly string[];
  value: Expression;
}

const located = (code: number, message: string): StoreError => new StoreError(`Location${code}` as CodeName, message);

/** {a: {b: 1}} is "a.b": 1, unless it is an operator. */
function read(spec: Doc, prefix: string, vars: Vars | undefined, out: Field[]): void {
  for (const [name, v] of spec) {
    const path = prefix + name;
    if (prefix !== "" && name.includes("."))
      throw located(40183, `FieldPath field names may not contain '.' when they are nested. Found at ${path}`);
    fieldPath(path);
    if (isDoc(v) && v.size === 0) throw located(40180, `an empty object is not a valid value. Found at path ${path}`);
    if (isDoc(v) && !v.keys().next().value!.startsWith("$")) {
      read(v, `${path}.`, vars, out);
      continue;
    }
    const clash = out.find((f) => path === f.path || path.startsWith(`${f.path}.`) || f.path.startsWith(`${path}.`));
    if (clash)
      throw located(
        40176,
        `specification contains two conflicting paths. Cannot specify both '${path}' and '${clash.path}'`,
      );
    out.push({ path, parts: splitPath(path), value: compileExpression(v, vars) });
  }
}

/** $addFields / $set: computed fields over the document, going into arrays of documents. */
export function compileAddFields(spec: Value, stage = "$addFields", vars?: Vars): Project {
  if (!isDoc(spec)) throw located(40272, `${stage} specification stage must be an object, got ${typeName(spec)}`);
  const fields: Field[] = [];
  try {
    if (spec.size === 0) throw located(40177, "specification must have at least one field");
    read(spec, "", vars, fields);
  } catch (e) {
    if (e instanceof StoreError) e.message = `Invalid ${stage} :: caused by :: ${e.message}`;
    throw e;
  }
  return (doc, given) => {
    const known = given ?? {};
    let out = doc;
    for (const f of fields) out = put(out, f.parts, 0, () => f.value(doc, known)) as Doc;
    return out;
  };
}

/** A copy of the target with a value at the path, computed where there is a place for it; undefined takes the field away. */
function put(target: Maybe, parts: readonly string[], at: number, compute: () => Maybe): Value {
  if (isArray(target)) return target.map((x) => put(x, parts, at, compute));
  const out: Doc = isDoc(target) ? new Map(target) : new Map();
  const part = parts[at]!;
  if (at < parts.length - 1) {
    out.set(part, put(out.get(part), parts, at + 1, compute));
    return out;
  }
  const v = compute();
  if (v === undefined) out.delete(part);
  else out.set(part, v);
  return out;
}
