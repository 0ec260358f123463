import { Alert } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type AllInRate, allInRate } from "../../../../backend/features/bids/domain/loan.ts";
import { formatFen, formatRateE6 } from "../../lib/format.ts";
import type { BidTerms } from "./signed-acts.ts";
import "./institution.css";

/** What the terms cost in all, or null when the fees leave no rate. */
function costOf(terms: BidTerms): AllInRate | null {
  try {
    return allInRate({
      principalFen: BigInt(terms.amountFen),
      annualRateBps: terms.annualRateBps,
      termMonths: terms.termMonths,
      method: terms.repaymentMethod,
      fees: terms.fees.map((fee) => ({ timing: fee.timing, amountFen: BigInt(fee.amountFen) })),
    });
  } catch {
    return null;
  }
}

/** The all-in annual rate as the enterprise will see it, while the form is being filled. */
export function BidPreview({ terms }: { terms: BidTerms }) {
  const { t } = useTranslation("institution");
  const cost = useMemo(() => costOf(terms), [terms]);
  if (!cost) return <Alert type="warning" showIcon title={t("bid.noRate")} />;
  return (
    <dl className="bid-preview" aria-label={t("bid.preview")} aria-live="polite" data-testid="bid-preview">
      <div>
        <dt>{t("bid.allIn")}</dt>
        <dd data-testid="bid-preview-all-in">{formatRateE6(cost.allInRateE6)}</dd>
      </div>
      <div>
        <dt>{t("bid.effective")}</dt>
        <dd>{formatRateE6(cost.effectiveRateE6)}</dd>
      </div>
      <div>
        <dt>{t("bid.firstPayment")}</dt>
        <dd>{formatFen(cost.firstPaymentFen)}</dd>
      </div>
      <div>
        <dt>{t("bid.totalCost")}</dt>
        <dd>{formatFen(cost.totalCostFen)}</dd>
      </div>
    </dl>
  );
}
