import { canonicalJson } from "../canonical-json.ts";
import { equal, line, type ProofLine } from "./lines.ts";
import type { GrantPack } from "./pack.ts";
import { actHash } from "./signed-act.ts";

/** A grant as it is stored or shown: what a pack of it has to say as well. */
export interface StoredGrant {
  readonly grantId: string;
  readonly bidHash: string;
  readonly amountFen: string;
  readonly termsCommitment: string;
  readonly terms: unknown;
  /** Whole seconds. */
  readonly expiresAt: string | Date;
}

/** The stored grant is the one that was signed and taken by the contract. */
export const checkStored = ({ grant }: GrantPack, stored: StoredGrant): Promise<ProofLine> =>
  line("stored", () => {
    const { bidHash, amountFen, termsCommitment, expiresAt } = grant.act.message;
    return equal(
      ["grantId", stored.grantId, actHash(grant.act)],
      ["bidHash", stored.bidHash, bidHash],
      ["amountFen", stored.amountFen, amountFen],
      ["termsCommitment", stored.termsCommitment, termsCommitment],
      ["expiresAt", new Date(stored.expiresAt).getTime() / 1000, expiresAt],
      ["terms", canonicalJson(stored.terms), canonicalJson(grant.document)],
    );
  });
