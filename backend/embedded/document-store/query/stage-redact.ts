import { type Doc, isArray, isDoc, type Value } from "../bson/types.ts";
import { located, shown } from "./expression-support.ts";
import { compileExpression, type Vars } from "./expressions.ts";
import type { AggregateContext } from "./pipeline.ts";
import { eachDocument, type Stage } from "./stage-support.ts";

const DECISIONS = { KEEP: "keep", PRUNE: "prune", DESCEND: "descend" };
/** Stands for $$ROOT, which an expression takes for the (sub)document that it looks at. */
const WHOLE = "redactedRoot";

function naming(e: Value): Value {
  if (typeof e === "string") return e.replace(/^\$\$ROOT(?=$|\.)/, `$$$$${WHOLE}`);
  if (isArray(e)) return e.map(naming);
  return isDoc(e) ? new Map([...e].map(([k, v]) => [k, k === "$literal" ? v : naming(v)])) : e;
}

/** $redact: keeps, drops or looks into each (sub)document, as an expression says. */
export function redactStage(spec: Value, context: AggregateContext): Stage {
  const known: Vars = { ...context.vars, ...DECISIONS, [WHOLE]: null };
  const decide = compileExpression(naming(spec), known);
  function redacted(d: Doc, vars: Vars): Doc | undefined {
    const decision = decide(d, vars);
    if (decision === DECISIONS.KEEP) return d;
    if (decision === DECISIONS.PRUNE) return undefined;
    if (decision !== DECISIONS.DESCEND)
      throw located(
        17053,
        `$redact's expression should not return anything aside from the variables $$KEEP, $$DESCEND, and $$PRUNE, but returned ${shown(decision)}`,
      );
    const out: Doc = new Map();
    for (const [k, v] of d) {
      const inner = within(v, vars);
      if (inner !== undefined) out.set(k, inner);
    }
    return out;
  }
  function within(v: Value, vars: Vars): Value | undefined {
    if (isDoc(v)) return redacted(v, vars);
    if (!isArray(v)) return v;
    return v.map((x) => within(x, vars)).filter((x) => x !== undefined);
  }
  return eachDocument((d) => redacted(d, { ...context.vars, ...DECISIONS, [WHOLE]: d }));
}
