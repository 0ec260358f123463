import { HASH, type MerkleNodes, nodeOf } from "./tree-builder.ts";

const PREFIX_BYTES = 6;
const PREFIXES = 2 ** (8 * PREFIX_BYTES);
/** Evenly spread hashes are found in some five steps; others are halved after so many. */
const GUESSES = 16;

const prefixOf = (hash: Uint8Array): number => {
  let value = 0;
  for (let i = 0; i < PREFIX_BYTES; i++) value = value * 256 + hash[i]!;
  return value;
};

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < HASH; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** The number of a leaf's node. Asks for nodes by their number, wherever they are kept. */
function* findLeaf(count: number, leaf: Uint8Array): Generator<number, number | undefined, Uint8Array> {
  const wanted = prefixOf(leaf);
  let [low, high] = [0, count - 1];
  let [above, below] = [0, PREFIXES];
  for (let step = 0; low <= high; step++) {
    const share = step < GUESSES ? (wanted - above) / Math.max(1, below - above) : 0.5;
    const rank = Math.min(high, low + Math.floor(share * (high - low + 1)));
    const node = 2 * count - 1 - rank;
    const found: Uint8Array = yield node;
    const side = compare(leaf, found);
    if (side === 0) return node;
    if (side < 0) [high, below] = [rank - 1, prefixOf(found)];
    else [low, above] = [rank + 1, prefixOf(found)];
  }
  return undefined;
}

/**
 * The siblings on a leaf's way to the root, leaf first; undefined when the tree of `count` leaves doesn't have it. Asks
 * for nodes by their number, wherever they are kept.
 */
export function* merklePath(count: number, leaf: Uint8Array): Generator<number, Uint8Array[] | undefined, Uint8Array> {
  let node = yield* findLeaf(count, leaf);
  if (node === undefined) return undefined;
  const path: Uint8Array[] = [];
  for (; node > 1; node >>>= 1) path.push(yield node ^ 1);
  return path;
}

/** The same out of a tree that is at hand. */
export function merklePathIn(nodes: MerkleNodes, leaf: Uint8Array): Uint8Array[] | undefined {
  const search = merklePath(nodes.count, leaf);
  let step = search.next();
  while (!step.done) step = search.next(nodeOf(nodes, step.value));
  return step.value;
}
