import { ReloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Statistic } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useLineName } from "../../components/proof-result.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { StatusCards } from "../../components/status-cards.tsx";
import { formatCount, formatFenShort, formatTime, shortHex } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { statusQuery } from "../../lib/oversight-queries.ts";
import { type Totals, totalsQuery } from "../../lib/queries.ts";
import { type Reconciliation, reconciliationQuery } from "./queries.ts";
import { Verdict } from "./verdict.tsx";

type Difference = Reconciliation["differences"][number];

const FIGURES = [
  "enterprises",
  "admittedEnterprises",
  "institutions",
  "departments",
  "catalogs",
  "records",
  "products",
  "requests",
  "requestedFen",
  "grants",
  "grantedFen",
  "blockNumber",
] as const satisfies readonly (keyof Totals)[];

/** The whole at a glance: does the store agree with the chain, how much was asked and granted, is anything stuck. */
export function RegulatorOverviewPage() {
  const { t } = useTranslation("regulator");
  const totals = useQuery(totalsQuery);
  const checked = useQuery(reconciliationQuery);
  const status = useQuery(statusQuery);
  return (
    <>
      <PageHeader
        title={t("overview.title")}
        description={t("overview.intro")}
        actions={
          <Button
            icon={<ReloadOutlined />}
            loading={checked.isFetching}
            onClick={() => void checked.refetch()}
            data-testid="reconciliation-run"
          >
            {t("overview.reconcile")}
          </Button>
        }
      />
      <div className="rq-stack">
        <QueryView query={checked}>{(data) => <ReconciliationResult result={data} />}</QueryView>
        <QueryView query={totals}>
          {(data) => (
            <div
              className="rq-grid"
              style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 190px), 1fr))" }}
              data-testid="totals"
            >
              {FIGURES.map((figure) => (
                <Card key={figure} size="small" data-testid={`total-${figure}`}>
                  <Statistic
                    title={t(`total.${figure}`)}
                    value={
                      figure === "requestedFen" || figure === "grantedFen"
                        ? formatFenShort(data[figure])
                        : formatCount(data[figure])
                    }
                  />
                </Card>
              ))}
            </div>
          )}
        </QueryView>
        <h2 className="audit-heading">{t("overview.platform")}</h2>
        <QueryView query={status}>{(data) => <StatusCards status={data} />}</QueryView>
      </div>
    </>
  );
}

function ReconciliationResult({ result }: { result: Reconciliation }) {
  const { t } = useTranslation("regulator");
  const lineName = useLineName();
  const clean = result.differences.length === 0;
  const columns: DataColumn<Difference>[] = [
    {
      key: "kind",
      title: t("difference.columns.kind"),
      lead: true,
      render: (row) => t(`difference.kind.${row.kind}`),
    },
    { key: "key", title: t("difference.columns.key"), render: (row) => <HashText value={row.key} /> },
    { key: "what", title: t("difference.columns.what"), render: (row) => t(`difference.what.${row.what}`) },
    {
      key: "fields",
      title: t("difference.columns.fields"),
      wrap: true,
      render: (row) => row.fields.map((field) => `${field.name}: ${field.stored} ≠ ${field.onChain}`).join("; "),
    },
  ];
  return (
    <div className="rq-stack">
      <Verdict
        matches={clean}
        testId="reconciliation"
        detail={t("overview.reconciled", {
          matching: formatCount(result.matching),
          grants: formatCount(result.grants),
          time: formatTime(result.checkedAt),
        })}
      />
      {result.pending > 0 && <p className="rq-soft">{t("overview.pending", { count: result.pending })}</p>}
      {!clean && (
        <Card
          title={t("overview.differences", { count: result.differences.length })}
          data-testid="reconciliation-differences"
        >
          <DataTable
            label={t("overview.differences", { count: result.differences.length })}
            columns={columns}
            rows={result.differences}
            rowKey={(row) => `${row.kind}:${row.key}`}
            testId="differences"
          />
        </Card>
      )}
      {result.differing.length > 0 && (
        <Card
          title={t("overview.differing", { count: result.differing.length })}
          data-testid="reconciliation-differing"
        >
          <ul className="audit-list">
            {result.differing.map((item) => (
              <li key={item.id}>
                <Link to={`/regulator/grants/${item.id}`} data-testid={`differing-${item.id}`}>
                  {shortHex(item.grantId)}
                </Link>{" "}
                {listText(item.lines.map(({ id }) => lineName(id)))}
              </li>
            ))}
          </ul>
        </Card>
      )}
      {result.missing.length > 0 && (
        <Card title={t("overview.missing", { count: result.missing.length })} data-testid="reconciliation-missing">
          <ul className="audit-list">
            {result.missing.map((grantId) => (
              <li key={grantId}>
                <HashText value={grantId} />
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}
