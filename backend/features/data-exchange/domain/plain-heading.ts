import { narrow } from "./value-parsers.ts";

/** A heading without white space, width differences, brackets' kinds, marks of "required" and letters' case. */
export function plainHeading(heading: string): string {
  return narrow(heading)
    .replace(/[[【]/gu, "(")
    .replace(/[\]】]/gu, ")")
    .replace(/^\*+|\*+$/gu, "")
    .toLowerCase();
}
