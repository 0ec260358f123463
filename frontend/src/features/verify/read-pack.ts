import type { GrantProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import { grantProofPack, leafProofPack } from "../../../../backend/features/audit/audit-schemas.ts";
import type { LeafProofPack } from "../../lib/proof/leaf-pack.ts";

export type Pack = { kind: "grant"; pack: GrantProofPack } | { kind: "leaf"; pack: LeafProofPack };

export type PackFault = "notJson" | "unknownFormat" | "broken";

/** Reads a proof pack of either format. A fault comes with the first place that is wrong, where there is one. */
export function readPack(text: string): Pack | { fault: PackFault; at?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "notJson" };
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (format === "rongqiao-grant-proof/1") {
    const parsed = grantProofPack.safeParse(value);
    if (parsed.success) return { kind: "grant", pack: parsed.data };
    return { fault: "broken", at: parsed.error.issues[0]?.path.join(".") ?? "" };
  }
  if (format === "rongqiao-leaf-proof/1") {
    const parsed = leafProofPack.safeParse(value);
    if (parsed.success) return { kind: "leaf", pack: parsed.data };
    return { fault: "broken", at: parsed.error.issues[0]?.path.join(".") ?? "" };
  }
  return { fault: "unknownFormat" };
}
