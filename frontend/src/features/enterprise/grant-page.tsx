import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Card, Descriptions, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { GrantProof } from "../../components/grant-proof.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { formatBps, formatFen, formatTime } from "../../lib/format.ts";
import { grantQuery } from "../../lib/queries.ts";

function Loaded({ grant }: { grant: GrantView }) {
  const { t } = useTranslation("enterprise");
  const client = useQueryClient();
  const { terms } = grant;
  return (
    <>
      <PageHeader
        title={t("grants.one", { amount: formatFen(grant.amountFen) })}
        back={<Link to="/enterprise/grants">← {t("grants.title")}</Link>}
      />
      <div className="rq-stack" data-testid="grant" data-state={grant.state}>
        <Card>
          <Descriptions
            size="small"
            column={{ xs: 1, sm: 2 }}
            items={[
              { key: "institution", label: t("common:institution"), children: grant.institution.name },
              {
                key: "state",
                label: t("common:state"),
                children: <Tag color="green">{t(`common:grantState.${grant.state}`)}</Tag>,
              },
              { key: "rate", label: t("bids.nominal"), children: formatBps(terms.annualRateBps) },
              { key: "term", label: t("common:term"), children: t("common:months", { count: terms.termMonths }) },
              {
                key: "repayment",
                label: t("request.repaymentMethod"),
                children: t(`common:repaymentMethod.${terms.repaymentMethod}`),
              },
              { key: "contract", label: t("grants.contract"), children: terms.contractNumber },
              { key: "grantedAt", label: t("grants.grantedAt"), children: formatTime(grant.grantedAt) },
              { key: "expiresAt", label: t("common:expiresAt"), children: formatTime(grant.expiresAt) },
              { key: "grantId", label: t("grants.id"), children: <HashText value={grant.grantId} /> },
              {
                key: "receipt",
                label: t("grants.receipt"),
                children: (
                  <ReceiptTag
                    receipt={grant.receipt}
                    onSettled={() => void client.invalidateQueries({ queryKey: ["grants"] })}
                  />
                ),
              },
              {
                key: "request",
                label: t("grants.request"),
                children: <Link to={`/enterprise/requests/${grant.requestId}`}>{t("common:view")}</Link>,
              },
            ]}
          />
        </Card>
        <Card title={t("common:proof.title")}>
          <GrantProof grantId={grant.id} />
        </Card>
      </div>
    </>
  );
}

export function GrantPage() {
  const { id = "" } = useParams();
  const query = useQuery(grantQuery(id));
  return <QueryView query={query}>{(grant) => <Loaded grant={grant} />}</QueryView>;
}
