import { commitment } from "../commitment.ts";
import type { Outcome } from "./lines.ts";
import { same } from "./lines.ts";
import type { FileDigest } from "./pack.ts";

/** A document that the checker holds: what it hashes to as a file, and what it says if it is JSON. */
export interface ShownDocument {
  readonly file: FileDigest;
  readonly json?: unknown;
}

/** Larger files are hashed, but not read as JSON. */
export const LARGEST_JSON_BYTES = 20 * 1024 * 1024;

interface Opening {
  readonly document?: unknown;
  readonly file?: FileDigest | undefined;
  readonly salt?: string | undefined;
}

/** True when the shown document and the salt give this commitment, as JSON or as a file. */
export function opens(shown: ShownDocument, salt: string, expected: string): boolean {
  const forms = shown.json === undefined ? [shown.file] : [shown.file, shown.json];
  return forms.some((form) => same(commitment(salt, form), expected));
}

/** That the pack's own document, or the one that the checker holds, is what the commitment hides. */
export function documentOutcome(opening: Opening, expected: string, shown?: ShownDocument, optional?: true): Outcome {
  const { document, file, salt } = opening;
  if (salt === undefined || (document === undefined && file === undefined && !shown))
    return { skipped: "the pack holds no document", ...(optional ? { optional } : {}) };
  if (document !== undefined && file !== undefined) return "a document and a file";
  const inside = document ?? file;
  if (inside !== undefined && !same(commitment(salt, inside), expected)) return "document and salt give another hash";
  if (shown && !opens(shown, salt, expected)) return "the document shown is another one";
  // A digest says what the file must be, not that it is.
  if (!shown && file !== undefined) return { skipped: "the file itself was not shown" };
  return true;
}
