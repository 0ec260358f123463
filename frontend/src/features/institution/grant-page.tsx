import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { GrantProof } from "../../components/grant-proof.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatBps, formatFen, formatTime } from "../../lib/format.ts";
import { grantQuery } from "../../lib/queries.ts";

/** One grant with its proof. */
export function InstitutionGrantPage() {
  const { t } = useTranslation("institution");
  const { id = "" } = useParams();
  const query = useQuery(grantQuery(id));
  return (
    <QueryView query={query}>
      {(grant) => (
        <>
          <PageHeader
            back={
              <Link to="/institution/grants" data-testid="back-to-grants">
                <ArrowLeftOutlined /> {t("grants.title")}
              </Link>
            }
            title={t("grant.of", { name: grant.enterprise.name })}
            description={t("grant.contractOf", { contract: grant.terms.contractNumber })}
          />
          <div className="rq-stack">
            <Card title={t("grant.terms")} data-testid="grant-facts">
              <Descriptions
                column={{ xs: 1, sm: 1, md: 2, lg: 3 }}
                items={[
                  { key: "amount", label: t("grant.amount"), children: formatFen(grant.amountFen) },
                  { key: "rate", label: t("bid.rate"), children: formatBps(grant.terms.annualRateBps) },
                  {
                    key: "term",
                    label: t("bid.term"),
                    children: t("common:months", { count: grant.terms.termMonths }),
                  },
                  {
                    key: "method",
                    label: t("bid.method"),
                    children: t(`common:repaymentMethod.${grant.terms.repaymentMethod}`),
                  },
                  {
                    key: "uscc",
                    label: t("common:uscc"),
                    children: <span className="rq-code">{grant.enterprise.uscc}</span>,
                  },
                  { key: "grantedAt", label: t("grant.grantedAt"), children: formatTime(grant.grantedAt) },
                  { key: "expiresAt", label: t("grant.expiresAt"), children: formatTime(grant.expiresAt) },
                  { key: "id", label: t("grant.id"), children: <HashText value={grant.grantId} /> },
                  { key: "receipt", label: t("grant.onChain"), children: <ReceiptTag receipt={grant.receipt} /> },
                ]}
              />
            </Card>
            <Card title={t("grant.proof")}>
              <GrantProof grantId={grant.id} />
            </Card>
          </div>
        </>
      )}
    </QueryView>
  );
}
