import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import { formatBps, formatFen, formatRateE6, formatTime } from "../../lib/format.ts";

/** The itemised cost list of a bid 融资成本清单. `full` adds what the table shows in its columns. */
export function BidCosts({ bid, full = false }: { bid: BidView; full?: boolean }) {
  const { t } = useTranslation("enterprise");
  const { terms } = bid;
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2 }}
      items={[
        ...(full
          ? [
              { key: "amount", label: t("common:amount"), children: formatFen(terms.amountFen) },
              { key: "term", label: t("common:term"), children: t("common:months", { count: terms.termMonths }) },
            ]
          : []),
        { key: "interest", label: t("costs.interest"), children: formatBps(terms.annualRateBps) },
        {
          key: "repayment",
          label: t("request.repaymentMethod"),
          children: t(`common:repaymentMethod.${terms.repaymentMethod}`),
        },
        ...terms.fees.map((fee, index) => ({
          key: `fee-${index}`,
          label: fee.name,
          children: `${formatFen(fee.amountFen)} · ${t(`costs.timing.${fee.timing}`)} · ${t("costs.payee", { name: fee.payee })}`,
        })),
        ...(terms.fees.length === 0 ? [{ key: "fees", label: t("costs.fees"), children: t("costs.none") }] : []),
        { key: "first", label: t("costs.first"), children: formatFen(bid.firstPaymentFen) },
        { key: "total", label: t("bids.total"), children: formatFen(bid.totalCostFen) },
        { key: "effective", label: t("costs.effective"), children: formatRateE6(bid.effectiveRateE6) },
        { key: "validUntil", label: t("common:validUntil"), children: formatTime(bid.validUntil) },
        ...(terms.conditions ? [{ key: "conditions", label: t("costs.conditions"), children: terms.conditions }] : []),
      ]}
    />
  );
}
