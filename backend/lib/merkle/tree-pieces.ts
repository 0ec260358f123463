import { HASH, type MerkleNodes } from "./tree-builder.ts";

/*
 * A tree cut into pieces, so that a proof reads a few of them and no tree is ever held whole: a piece is a subtree of up
 * to ten levels under one node, itself in the same order (the node is 1, its children 2 and 3 …). The deepest pieces end
 * with the leaves, and a piece's deepest level is the next one's first.
 */

const LEVELS = 10;
/** 32 kB: far below what a document may hold, and little to read for one proof. */
export const PIECE_NODES = 2 ** LEVELS;
const STEP = LEVELS - 1;

const levelOf = (node: number): number => 31 - Math.clz32(node);
const deepest = (count: number): number => levelOf(2 * count - 1);

/** The levels at which pieces begin, the top's first. */
function firstLevels(count: number): number[] {
  const levels: number[] = [];
  let level = deepest(count);
  do {
    level = Math.max(0, level - STEP);
    levels.unshift(level);
  } while (level > 0);
  return levels;
}

export interface MerklePiece {
  /** The node that it is under: 1 for the top. */
  readonly under: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All pieces of a tree, the top first. */
export function* merklePieces({ count, bytes }: MerkleNodes): Generator<MerklePiece> {
  const firsts = firstLevels(count);
  const end = 2 * count;
  for (const [i, first] of firsts.entries()) {
    const levels = (firsts[i + 1] ?? deepest(count)) - first + 1;
    for (let under = 2 ** first; under < Math.min(2 ** (first + 1), end); under++) {
      // Without children: nothing is under it.
      if (2 * under >= end && under > 1) break;
      const piece = new Uint8Array(2 ** levels * HASH);
      let filled = 0;
      for (let level = 0; level < levels; level++) {
        const [from, to] = [under * 2 ** level, Math.min((under + 1) * 2 ** level, end)];
        if (from >= to) break;
        piece.set(bytes.subarray(from * HASH, to * HASH), 2 ** level * HASH);
        filled = 2 ** level + to - from;
      }
      yield { under, bytes: piece.subarray(0, filled * HASH) };
    }
  }
}

/** Where a node is: in the piece under which node, and at which place. */
export function placeOf(count: number, node: number): { under: number; at: number } {
  const level = levelOf(node);
  const first = Math.max(0, deepest(count) - STEP * (Math.floor((deepest(count) - level) / STEP) + 1));
  const down = level - first;
  return { under: node >>> down, at: 2 ** down + (node & (2 ** down - 1)) };
}
