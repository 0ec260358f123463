import type { AnyCheckKind } from "./check-kind.ts";
import { ASSET_CHECKS } from "./checks-assets.ts";
import { CONDUCT_CHECKS } from "./checks-conduct.ts";
import { IDENTITY_CHECKS } from "./checks-identity.ts";
import { PAYMENT_CHECKS } from "./checks-payments.ts";
import { PERMIT_CHECKS } from "./checks-permits.ts";

/** Every kind of check, in the order in which they are offered. */
export const CHECK_KINDS: readonly AnyCheckKind[] = [
  ...IDENTITY_CHECKS,
  ...ASSET_CHECKS,
  ...PAYMENT_CHECKS,
  ...CONDUCT_CHECKS,
  ...PERMIT_CHECKS,
];

const BY_CODE = new Map(CHECK_KINDS.map((kind) => [kind.code, kind]));

export function checkKind(code: string): AnyCheckKind {
  const kind = BY_CODE.get(code);
  if (!kind) throw new RangeError(`no check ${code}`);
  return kind;
}
