/** The one global of Node that the shared pure library touches; lib/merkle.ts supplies it in the browser. */
declare const Buffer: { compare(a: Uint8Array, b: Uint8Array): number };
