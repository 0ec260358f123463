import type { Maybe } from "../bson/types.ts";
import { anyAtPath, type Position, type Test } from "./paths.ts";

/** A condition on a field: of the document that has it, and (inside $elemMatch) of one value alone. */
export interface Condition {
  at(root: Maybe, path: readonly string[], position?: Position): boolean;
  single: Test;
}

/** A test which an array passes as well when one of its elements does. */
export const leaf = (single: Test): Condition => ({
  single,
  at: (root, path, position) => anyAtPath(root, path, 0, single, position, true),
});

/** A test of arrays as a whole. */
export const whole = (single: Test): Condition => ({
  single,
  at: (root, path, position) => anyAtPath(root, path, 0, single, position),
});

export const not = (list: Condition[]): Condition => ({
  single: (v) => !list.every((c) => c.single(v)),
  at: (root, path) => !list.every((c) => c.at(root, path)),
});

export const every = (list: Condition[]): Condition => ({
  single: (v, p) => list.every((c) => c.single(v, p)),
  at: (root, path, position) => list.every((c) => c.at(root, path, position)),
});
