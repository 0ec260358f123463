import { ArrowLeftOutlined, ReloadOutlined } from "@ant-design/icons";
import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import type { ProofCheck } from "../../../../backend/lib/proof/lines.ts";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProofResult } from "../../components/proof-result.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { isProblem } from "../../lib/api-problem.ts";
import { formatBps, formatCount, formatFen, formatTime } from "../../lib/format.ts";
import { grantQuery, type Meta, metaQuery } from "../../lib/queries.ts";
import { browserCheckQuery, serverCheckQuery } from "./queries.ts";
import { Verdict } from "./verdict.tsx";

/** One grant held against the chain twice: by the platform, and by this browser on its own. */
export function RegulatorGrantAuditPage() {
  const { t } = useTranslation("regulator");
  const { id = "" } = useParams();
  const query = useQuery(grantQuery(id));
  const meta = useQuery(metaQuery);
  return (
    <QueryView query={query}>
      {(grant) => (
        <>
          <PageHeader
            back={
              <Link to="/regulator/grants" data-testid="back-to-grants">
                <ArrowLeftOutlined /> {t("grants.title")}
              </Link>
            }
            title={t("audit.title", { contract: grant.terms.contractNumber })}
            description={t("audit.parties", { enterprise: grant.enterprise.name, institution: grant.institution.name })}
          />
          <QueryView query={meta}>{(known) => <Audit grant={grant} meta={known} />}</QueryView>
        </>
      )}
    </QueryView>
  );
}

function Audit({ grant, meta }: { grant: GrantView; meta: Meta }) {
  const { t } = useTranslation("regulator");
  const queries = useQueryClient();
  const server = useQuery(serverCheckQuery(grant.id));
  const browser = useQuery(browserCheckQuery(grant, meta));

  async function again() {
    await queries.invalidateQueries({ queryKey: ["grants", grant.id] });
    await queries.invalidateQueries({ queryKey: ["audit", "grants", grant.id] });
  }

  if (isProblem(browser.error, "grant.notConfirmed") || isProblem(server.error, "grant.notConfirmed"))
    return (
      <div className="rq-stack">
        <Alert type="info" showIcon title={t("audit.notConfirmed")} data-testid="audit-not-confirmed" />
        <GrantFacts grant={grant} />
      </div>
    );
  return (
    <div className="rq-stack">
      {server.data && browser.data && (
        <Verdict
          // Either check alone can find a difference; only both together say that there is none.
          matches={server.data.verdict === "valid" && browser.data.verdict === "valid"}
          testId="audit-verdict"
          detail={t("audit.verdictDetail", { block: formatCount(server.data.blockNumber) })}
        />
      )}
      <div>
        <Button
          icon={<ReloadOutlined />}
          onClick={() => void again()}
          loading={server.isFetching || browser.isFetching}
          data-testid="audit-again"
        >
          {t("audit.again")}
        </Button>
      </div>
      <GrantFacts grant={grant} />
      <div className="audit-checks">
        <CheckCard title={t("audit.browser")} intro={t("audit.browserIntro")} query={browser} testId="browser-check" />
        <CheckCard title={t("audit.server")} intro={t("audit.serverIntro")} query={server} testId="server-check" />
      </div>
    </div>
  );
}

interface CheckCardProps {
  title: string;
  intro: string;
  query: UseQueryResult<Pick<ProofCheck, "verdict" | "lines">>;
  testId: string;
}

function CheckCard({ title, intro, query, testId }: CheckCardProps) {
  return (
    <Card title={title} data-testid={testId}>
      <p className="audit-intro">{intro}</p>
      <QueryView query={query}>{(check) => <ProofResult check={check} />}</QueryView>
    </Card>
  );
}

function GrantFacts({ grant }: { grant: GrantView }) {
  const { t } = useTranslation("regulator");
  return (
    <Card title={t("audit.stored")} data-testid="audit-grant">
      <Descriptions
        column={{ xs: 1, sm: 1, md: 2, lg: 3 }}
        items={[
          { key: "enterprise", label: t("common:enterprise"), children: grant.enterprise.name },
          { key: "uscc", label: t("common:uscc"), children: <span className="rq-code">{grant.enterprise.uscc}</span> },
          { key: "institution", label: t("common:institution"), children: grant.institution.name },
          { key: "amount", label: t("common:amount"), children: formatFen(grant.amountFen) },
          { key: "rate", label: t("grant.rate"), children: formatBps(grant.terms.annualRateBps) },
          { key: "term", label: t("common:term"), children: t("common:months", { count: grant.terms.termMonths }) },
          { key: "grantedAt", label: t("grant.grantedAt"), children: formatTime(grant.grantedAt) },
          { key: "expiresAt", label: t("common:expiresAt"), children: formatTime(grant.expiresAt) },
          { key: "id", label: t("grant.id"), children: <HashText value={grant.grantId} /> },
          { key: "receipt", label: t("grant.onChain"), children: <ReceiptTag receipt={grant.receipt} /> },
        ]}
      />
    </Card>
  );
}
