import { compareStrings } from "../bson/compare.ts";
import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { badValue, failedToParse, StoreError } from "../errors.ts";
import { isIndex, type Path, splitPath } from "./paths.ts";
import { element, show } from "./show.ts";
import { isModifier, type Modifier, modifierOf } from "./update-operators.ts";
import type { Place } from "./update-paths.ts";

/*
 * The modifications of an update as a tree of paths, so that conflicts show when it is read, and fields are
 * made in MongoDB's order: by name, numbers by value.
 */
interface ObjectNode {
  kind: "object";
  children: Map<string, Node>;
  /** What the path part `$` leads to. */
  positional?: Node;
}
/** Children by the identifier of their array filter, "" being all elements. */
interface ArrayNode {
  kind: "array";
  children: Map<string, Node>;
}
interface Leaf {
  kind: "leaf";
  modifier: Modifier;
}
export type Node = ObjectNode | ArrayNode | Leaf;

export type ArrayFilters = ReadonlyMap<string, (element: Value) => boolean>;

const isIdentifier = (part: string): boolean => part.length >= 3 && part.startsWith("$[") && part.endsWith("]");

const conflict = (message: string): StoreError => new StoreError("ConflictingUpdateOperators", message);

function checkPath(text: string): Path {
  if (text === "") throw new StoreError("EmptyFieldName", "An empty update path is not valid.");
  const path = splitPath(text);
  if (path.includes(""))
    throw new StoreError(
      "EmptyFieldName",
      `The update path '${text}' contains an empty field name, which is not allowed.`,
    );
  const positional = path.filter((p) => p === "$").length;
  if (positional > 1) throw badValue(`Too many positional (i.e. '$') elements found in path '${text}'`);
  if (path[0] === "$")
    throw badValue(`Cannot have positional (i.e. '$') element in the first position in path '${text}'`);
  if (isIdentifier(path[0]!))
    throw badValue(
      `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${text}'`,
    );
  return path;
}

/** Reads an operator update. */
export function parseUpdate(update: Doc, filters: ArrayFilters): ObjectNode {
  const root: ObjectNode = { kind: "object", children: new Map() };
  const used = new Set<string>();
  const add = (text: string, path: Path, modifier: Modifier): void => insert(root, text, path, modifier, filters, used);
  for (const [op, fields] of update) {
    if (!isModifier(op))
      throw failedToParse(
        `Unknown modifier: ${op}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isDoc(fields))
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${element(op, fields)}}`,
      );
    for (const [text, operand] of fields) {
      const path = checkPath(text);
      if (op !== "$rename") add(text, path, modifierOf(op, text, operand));
      else {
        add(text, path, { op: "placeholder" });
        if (typeof operand !== "string")
          throw badValue(`The 'to' field for $rename must be a string: ${element(text, operand)}`);
        const to = checkPath(operand);
        checkRename(text, path, operand, to);
        add(operand, to, { op, from: path });
      }
    }
  }
  for (const name of filters.keys())
    if (!used.has(name))
      throw failedToParse(`The array filter for identifier '${name}' was not used in the update ${show(update)}`);
  sortTree(root);
  return root;
}

const dynamic = (path: Path): boolean => path.some((p) => p === "$" || isIdentifier(p));

function checkRename(from: string, fromPath: Path, to: string, toPath: Path): void {
  const shown = element(from, to);
  if (from === to) throw badValue(`The source and target field for $rename must differ: ${shown}`);
  const n = Math.min(fromPath.length, toPath.length);
  if (fromPath.slice(0, n).join(".") === toPath.slice(0, n).join("."))
    throw badValue(`The source and target field for $rename must not be on the same path: ${shown}`);
  if (dynamic(fromPath)) throw badValue(`The source field for $rename may not be dynamic: ${from}`);
  if (dynamic(toPath)) throw badValue(`The destination field for $rename may not be dynamic: ${to}`);
}

function insert(
  root: ObjectNode,
  text: string,
  path: Path,
  modifier: Modifier,
  filters: ArrayFilters,
  used: Set<string>,
): void {
  let at: ObjectNode | ArrayNode = root;
  path.forEach((part, i) => {
    let name = part;
    if (isIdentifier(part)) {
      name = part.slice(2, -1);
      if (name !== "" && !filters.has(name))
        throw badValue(`No array filter found for identifier '${name}' in path '${text}'`);
      if (name !== "") used.add(name);
    }
    const child = at.kind === "object" && part === "$" ? at.positional : at.children.get(name);
    const last = i === path.length - 1;
    const kind = last ? "leaf" : isIdentifier(path[i + 1]!) ? "array" : "object";
    if (child && (last || child.kind !== kind))
      throw conflict(`Updating the path '${text}' would create a conflict at '${path.slice(0, i + 1).join(".")}'`);
    const next: Node = child ?? (kind === "leaf" ? { kind, modifier } : { kind, children: new Map() });
    if (!child) {
      if (at.kind === "object" && part === "$") at.positional = next;
      else at.children.set(name, next);
    }
    if (next.kind !== "leaf") at = next;
  });
}

function compareNames(a: string, b: string): number {
  if (isIndex(a) && isIndex(b)) return Number(a) - Number(b);
  return compareStrings(a, b);
}

function sortTree(node: Node): void {
  if (node.kind === "leaf") return;
  node.children = new Map([...node.children].sort(([a], [b]) => compareNames(a, b)));
  for (const child of node.children.values()) sortTree(child);
  if (node.kind === "object" && node.positional) sortTree(node.positional);
}

/** One tree that does what both do; they must not change the same place. */
function merge(a: Node, b: Node, path: string): Node {
  if (a.kind === "leaf" || a.kind !== b.kind) throw conflict(`Update created a conflict at '${path}'`);
  const other = b as ObjectNode | ArrayNode;
  const children = new Map(a.children);
  for (const [name, child] of other.children) {
    const own = children.get(name);
    children.set(name, own ? merge(own, child, `${path}.${a.kind === "array" ? `$[${name}]` : name}`) : child);
  }
  const merged: Node = { kind: a.kind, children };
  if (merged.kind === "object") {
    const [x, y] = [(a as ObjectNode).positional, (b as ObjectNode).positional];
    const positional = x && y ? merge(x, y, `${path}.$`) : (x ?? y);
    if (positional) merged.positional = positional;
  }
  sortTree(merged);
  return merged;
}

export interface TreeContext {
  /** The array element that the filter matched; undefined when there is none. */
  position: number | undefined;
  filters: ArrayFilters;
  leaf(modifier: Modifier, place: Place): void;
}

/** Calls `leaf` for each place that the tree names in a document, in order. */
export function applyTree(node: Node, place: Place, context: TreeContext): void {
  if (node.kind === "leaf") context.leaf(node.modifier, place);
  else if (node.kind === "array") applyToElements(node, place, context);
  else for (const [name, child] of namedChildren(node, place, context)) applyTree(child, place.child(name), context);
}

/** The children with `$` put where the element is that it stands for. */
function namedChildren(node: ObjectNode, place: Place, { position }: TreeContext): Map<string, Node> {
  if (!node.positional) return node.children;
  if (position === undefined) throw badValue("The positional operator did not find the match needed from the query.");
  const name = String(position);
  const same = node.children.get(name);
  const children = new Map(node.children);
  children.set(name, same ? merge(node.positional, same, place.child(name).path) : node.positional);
  return new Map([...children].sort(([a], [b]) => compareNames(a, b)));
}

function applyToElements(node: ArrayNode, place: Place, context: TreeContext): void {
  const list = place.get();
  if (list === undefined)
    throw badValue(`The path '${place.path}' must exist in the document in order to apply array updates.`);
  if (!isArray(list)) throw badValue(`Cannot apply array updates to non-array element ${element(place.name, list)}`);
  // Which elements are meant is settled before the first of them changes.
  const chosen = list.map((v) =>
    [...node.children].filter(([name]) => name === "" || context.filters.get(name)!(v)).map(([, child]) => child),
  );
  chosen.forEach((children, i) => {
    if (children.length === 0) return;
    const at = place.child(String(i));
    applyTree(
      children.reduce((a, b) => merge(a, b, at.path)),
      at,
      context,
    );
  });
}
