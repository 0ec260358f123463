import { FileExcelOutlined, PrinterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Space, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { QueryPart, QueryView } from "../../../../backend/features/verification/verification-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { QueryView as OpenedView } from "../../components/query-view.tsx";
import { API_PREFIX } from "../../lib/api.ts";
import { formatCount, formatTime, isChinese, localized } from "../../lib/format.ts";
import { useRecordValue } from "../../lib/record-value.ts";
import { BasisText } from "./basis-text.tsx";
import { queryQuery } from "./queries.ts";
import "./query-table.css";

const COLORS: Record<QueryPart["state"], string> = {
  some: "processing",
  none: "success",
  notReceived: "default",
  notCovered: "warning",
  notLawful: "warning",
};

function PartView({ part }: { part: QueryPart }) {
  const { t } = useTranslation("verification");
  const recordValue = useRecordValue();
  const { asOf, cut, count = 0 } = part;
  return (
    <div data-testid={`query-part-${part.catalogId}`} data-state={part.state}>
      <div className="query-part-head">
        <strong>{localized(part.name)}</strong>
        <span className="rq-small rq-soft">{localized(part.departmentName)}</span>
        <Tag color={COLORS[part.state]}>
          {t(`part.${part.state}`)}
          {part.state === "some" && ` · ${t("part.count", { count, shown: formatCount(count) })}`}
        </Tag>
        {asOf && <span className="rq-small rq-soft">{t("part.asOf", { date: asOf })}</span>}
        {part.stale && <Tag color="warning">{t("part.stale")}</Tag>}
        {cut && <Tag color="warning">{t("part.cut", { from: cut.from ?? "…", to: cut.to ?? "…" })}</Tag>}
      </div>
      {part.rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
        <section className="query-scroll" aria-label={localized(part.name)} tabIndex={0}>
          <Table
            size="small"
            pagination={false}
            rowKey="recordId"
            dataSource={part.rows}
            columns={[
              ...part.columns.map(({ name, label, type }, i) => ({
                key: name,
                title: localized(label),
                className: "data-cell",
                render: (_: unknown, row: QueryPart["rows"][number]) => {
                  const value = row.cells[i] ?? null;
                  // A year isn't a number of things.
                  return recordValue(part.catalogId, { name, label, type, value });
                },
              })),
              {
                key: "disputed",
                title: "",
                render: (_: unknown, row: QueryPart["rows"][number]) =>
                  row.disputed ? <Tag color="warning">{t("answer.disputed")}</Tag> : null,
              },
            ]}
          />
        </section>
      )}
      {count > part.rows.length && (
        <div className="rq-small rq-soft">{t("part.more", { count: count - part.rows.length })}</div>
      )}
    </div>
  );
}

/** All that is known of a subject, section by section. */
export function QueryTable({ view, opened = false }: { view: QueryView; opened?: boolean }) {
  const { t } = useTranslation("verification");
  const { content } = view;
  if (!content) return <Alert type="info" showIcon title={t("answer.ended")} data-testid="answer-ended" />;
  const file = `${API_PREFIX}/one-click-queries/${view.id}/workbook?language=${isChinese() ? "zh" : "en"}`;
  return (
    <div className="rq-stack query-print" data-testid="query-table">
      <Card
        title={[content.subject.name, content.subject.uscc].filter(Boolean).join(" · ")}
        extra={
          <Space className="query-actions">
            <Button icon={<FileExcelOutlined />} href={file} download data-testid="query-xlsx">
              XLSX
            </Button>
            {/* A drawer doesn't print. */}
            {!opened && (
              <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
                {t("query.print")}
              </Button>
            )}
          </Space>
        }
      >
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2 }}
          items={[
            {
              key: "number",
              label: t("answer.number"),
              children: (
                <Typography.Text copyable code data-testid="query-number">
                  {view.number}
                </Typography.Text>
              ),
            },
            { key: "at", label: t("answer.at"), children: formatTime(view.at) },
            {
              key: "basis",
              label: t("answer.basis"),
              children: (
                <div>
                  <BasisText basis={view.basis} />
                </div>
              ),
            },
            ...(opened
              ? [
                  {
                    key: "anchor",
                    label: t("answer.anchor"),
                    children: <AnchorTag anchor={view.anchor} proofPath={`/verifications/${view.id}/proof`} />,
                  },
                ]
              : []),
          ]}
        />
      </Card>
      <nav className="query-overview" aria-label={t("query.overview")}>
        {content.sections.map(({ code, name, parts }) => {
          const count = parts.reduce((sum, part) => sum + (part.count ?? 0), 0);
          const silent = parts.every(({ state }) => state !== "some" && state !== "none");
          return (
            <a key={code} href={`#query-${code}`} data-empty={count === 0}>
              <span>{localized(name)}</span>
              <strong>{silent ? "—" : formatCount(count)}</strong>
            </a>
          );
        })}
      </nav>
      {content.sections.map((section) => (
        <Card
          key={section.code}
          id={`query-${section.code}`}
          size="small"
          title={localized(section.name)}
          data-testid={`query-section-${section.code}`}
        >
          <div className="rq-stack">
            {section.parts.map((part) => (
              <PartView key={part.catalogId} part={part} />
            ))}
          </div>
        </Card>
      ))}
    </div>
  );
}

export function OpenedQuery({ id }: { id: string }) {
  const query = useQuery(queryQuery(id));
  return <OpenedView query={query}>{(view) => <QueryTable view={view} opened />}</OpenedView>;
}
