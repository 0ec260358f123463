import { verifyMerkleProof as verify } from "../../../backend/lib/merkle.ts";

// The shared tree compares nodes with Node's Buffer.compare; browsers get just that function.
const scope = globalThis as { Buffer?: { compare(a: Uint8Array, b: Uint8Array): number } };
scope.Buffer ??= {
  compare(a, b) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
    return a.length - b.length;
  },
};

export const verifyMerkleProof: typeof verify = (root, value, path) => verify(root, value, path);
