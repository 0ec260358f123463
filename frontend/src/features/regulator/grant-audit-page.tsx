import { ArrowLeftOutlined, ReloadOutlined } from "@ant-design/icons";
import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { CheckLine } from "../../../../backend/features/audit/audit-schemas.ts";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { isProblem } from "../../lib/api-problem.ts";
import { formatBps, formatCount, formatFen, formatTime } from "../../lib/format.ts";
import { grantQuery } from "../../lib/queries.ts";
import { CheckLines, Verdict } from "./check-lines.tsx";
import { browserCheckQuery, serverCheckQuery } from "./queries.ts";

/** One grant held against the chain twice: by the platform, and by this browser on its own. */
export function RegulatorGrantAuditPage() {
  const { t } = useTranslation("regulator");
  const { id = "" } = useParams();
  const query = useQuery(grantQuery(id));
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
          <Audit grant={grant} />
        </>
      )}
    </QueryView>
  );
}

function Audit({ grant }: { grant: GrantView }) {
  const { t } = useTranslation("regulator");
  const queries = useQueryClient();
  const server = useQuery(serverCheckQuery(grant.id));
  const browser = useQuery(browserCheckQuery(grant));

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
          matches={server.data.matches && browser.data.matches}
          testId="audit-verdict"
          detail={t("audit.verdictDetail", { block: formatCount(browser.data.blockNumber) })}
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
  query: UseQueryResult<{ matches: boolean; lines: CheckLine[] }>;
  testId: string;
}

function CheckCard({ title, intro, query, testId }: CheckCardProps) {
  const { t } = useTranslation("regulator");
  return (
    <Card title={title} data-testid={testId}>
      <p className="audit-intro">{intro}</p>
      <QueryView query={query}>
        {(check) => (
          <>
            <p
              className={check.matches ? "rq-pass" : "rq-fail"}
              data-testid={`${testId}-matches`}
              data-matches={check.matches}
            >
              {t("audit.passed", {
                passed: check.lines.filter((line) => line.ok).length,
                count: check.lines.length,
              })}
            </p>
            <CheckLines lines={check.lines} testId={`${testId}-line`} />
          </>
        )}
      </QueryView>
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
