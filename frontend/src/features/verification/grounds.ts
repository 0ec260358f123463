import type { z } from "zod";
import type { ConsentPurpose } from "../../../../backend/features/consents/domain/consent-purposes.ts";
import type { legalUse } from "../../../../backend/features/verification/verification-schemas.ts";

export type Asker = "institution" | "department";

/** What the fields of a ground hold: the purpose of a consent, or a law with its case. */
export interface GroundsWish {
  purpose?: ConsentPurpose;
  basis?: z.output<typeof legalUse>["code"];
  caseNo?: string;
  officer?: string;
  withholdDays?: number | null;
  withholdReason?: string;
}

/** As the API takes it. */
export function groundsOf(asker: Asker, wish: GroundsWish): object {
  if (asker === "institution") return { purpose: wish.purpose };
  return {
    legalBasis: {
      code: wish.basis,
      caseNo: wish.caseNo?.trim(),
      officer: wish.officer?.trim(),
      ...(wish.withholdDays
        ? { withhold: { days: wish.withholdDays, reason: wish.withholdReason?.trim() ?? "" } }
        : {}),
    },
  };
}
