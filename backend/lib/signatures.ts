import { verifyTypedData } from "ethers";
import { type ActName, type Domain, type Messages, types } from "../../contracts/typed-data.ts";
import { DomainError } from "./errors.ts";

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Throws signature.wrong (naming the field) unless `signer` signed this message under this domain. */
export function requireSignature<Name extends ActName>(
  domain: Domain,
  name: Name,
  message: Messages[Name],
  signature: string,
  signer: string,
  field = "signature",
): void {
  let recovered: string | undefined;
  try {
    recovered = verifyTypedData(domain, types[name], message, signature);
  } catch {
    // malformed: told below like any other wrong signature
  }
  if (!recovered || !same(recovered, signer)) {
    throw new DomainError("signature.wrong", `${field} is not ${signer}'s signature over this ${name}`, { field });
  }
}

/** Unix seconds of a UTC time that must be a whole second, as the chain counts. */
export function wholeSeconds(time: string, field: string): number {
  const ms = Date.parse(time);
  if (ms % 1000 !== 0) {
    throw new DomainError("input.wholeSeconds", `${field} must be a whole second, such as 2026-03-05T08:00:00Z`, {
      field,
      status: 400,
    });
  }
  return ms / 1000;
}
