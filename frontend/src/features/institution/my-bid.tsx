import { Card, Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { formatBps, formatFen, formatRateE6, formatTime } from "../../lib/format.ts";
import "./institution.css";
import { BidStateTag } from "./request-state-tag.tsx";

/** The institution's own sealed bid, and where its commitment stands. `toGrant`: it won and the grant is still to be signed. */
export function MyBid({ bid, toGrant }: { bid: BidView; toGrant: boolean }) {
  const { t } = useTranslation("institution");
  const { terms } = bid;
  return (
    <Card
      title={t("myBid.title")}
      data-testid="my-bid"
      extra={
        <Flex gap={4} wrap>
          <BidStateTag state={bid.state} />
        </Flex>
      }
    >
      {toGrant && (
        <Typography.Paragraph strong data-testid="my-bid-awarded">
          {t("myBid.awarded")}
        </Typography.Paragraph>
      )}
      <Descriptions
        column={{ xs: 1, sm: 1, md: 2, lg: 3 }}
        items={[
          { key: "amount", label: t("bid.amount"), children: formatFen(terms.amountFen) },
          { key: "rate", label: t("bid.rate"), children: formatBps(terms.annualRateBps) },
          { key: "term", label: t("bid.term"), children: t("common:months", { count: terms.termMonths }) },
          { key: "method", label: t("bid.method"), children: t(`common:repaymentMethod.${terms.repaymentMethod}`) },
          {
            key: "allIn",
            label: t("bid.allIn"),
            children: <strong data-testid="my-bid-all-in">{formatRateE6(bid.allInRateE6)}</strong>,
          },
          { key: "effective", label: t("bid.effective"), children: formatRateE6(bid.effectiveRateE6) },
          { key: "first", label: t("bid.firstPayment"), children: formatFen(bid.firstPaymentFen) },
          { key: "cost", label: t("bid.totalCost"), children: formatFen(bid.totalCostFen) },
          { key: "validUntil", label: t("bid.validUntil"), children: formatTime(bid.validUntil) },
          { key: "hash", label: t("bid.hash"), children: <HashText value={bid.bidHash} /> },
          {
            key: "anchor",
            label: t("bid.anchor"),
            children: <AnchorTag anchor={bid.anchor} withRoot proofPath={`/bids/${bid.id}/proof`} />,
          },
          ...(terms.conditions
            ? [{ key: "conditions", label: t("bid.conditions"), children: terms.conditions, span: "filled" as const }]
            : []),
        ]}
      />
      {terms.fees.length > 0 && (
        <div className="bid-fees">
          <DataTable
            label={t("fee.title")}
            testId="my-bid-fees"
            rows={terms.fees}
            rowKey={(fee) => `${fee.name}:${fee.payee}:${fee.timing}:${fee.amountFen}`}
            columns={[
              { key: "name", title: t("fee.name"), lead: true, render: (fee) => fee.name },
              { key: "payee", title: t("fee.payee"), wrap: true, render: (fee) => fee.payee },
              { key: "timing", title: t("fee.timing"), render: (fee) => t(`fee.${fee.timing}`) },
              { key: "amount", title: t("fee.amount"), align: "right", render: (fee) => formatFen(fee.amountFen) },
            ]}
          />
        </div>
      )}
    </Card>
  );
}
