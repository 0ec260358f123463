import { Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { HashText } from "../../components/hash-text.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatFen, formatTime } from "../../lib/format.ts";

export function RequestFacts({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  return (
    <Card title={t("request.title")} data-testid="request-facts">
      <Descriptions
        column={{ xs: 1, sm: 1, md: 2, lg: 3 }}
        items={[
          { key: "amount", label: t("request.amount"), children: formatFen(request.amountFen) },
          { key: "term", label: t("request.term"), children: t("common:months", { count: request.termMonths }) },
          { key: "purpose", label: t("request.purpose"), children: t(`common:purposeCode.${request.purpose}`) },
          {
            key: "method",
            label: t("request.method"),
            children: t(`common:repaymentMethod.${request.repaymentMethod}`),
          },
          { key: "district", label: t("request.district"), children: request.district },
          { key: "industry", label: t("request.industry"), children: request.industry },
          { key: "closesAt", label: t("request.closesAt"), children: formatTime(request.closesAt) },
          { key: "expiresAt", label: t("request.expiresAt"), children: formatTime(request.expiresAt) },
          {
            key: "enterprise",
            label: t("request.enterprise"),
            children: request.enterprise
              ? `${request.enterprise.name} (${request.enterprise.uscc})`
              : t("request.anonymousLong"),
          },
          { key: "key", label: t("request.key"), children: <HashText value={request.requestKey} /> },
          { key: "receipt", label: t("request.onChain"), children: <ReceiptTag receipt={request.receipt} /> },
          ...(request.awardReceipt
            ? [
                {
                  key: "award",
                  label: t("request.awardOnChain"),
                  children: <ReceiptTag receipt={request.awardReceipt} />,
                },
              ]
            : []),
          ...(request.description
            ? [
                {
                  key: "description",
                  label: t("request.description"),
                  children: request.description,
                  span: "filled" as const,
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}
