import { Alert, Card, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { localized } from "../../lib/format.ts";
import type { Preview } from "./resource-queries.ts";

type PreviewRow = Preview["rows"][number] & { number: number };

/** The first rows of a source, and what each would become. */
export function ResourcePreview({ preview, labelOf }: { preview: Preview; labelOf: (field: string) => string }) {
  const { t } = useTranslation("sources");
  const rows: PreviewRow[] = preview.rows.map((row, index) => ({ ...row, number: index + 1 }));
  const columns: DataColumn<PreviewRow>[] = [
    { key: "number", title: "#", width: 48, render: (row) => row.number },
    {
      key: "result",
      title: t("preview.result"),
      lead: true,
      render: (row) => (
        <div style={{ minWidth: 220 }}>
          {row.faults.length > 0 ? (
            <>
              <Tag color="red">{t("preview.bad")}</Tag>
              {row.faults.map((fault) => (
                <div key={`${fault.column}:${fault.message.en}`} className="rq-small">
                  {labelOf(fault.column)}: {localized(fault.message)} ({fault.value || "–"})
                </div>
              ))}
            </>
          ) : row.deleted ? (
            <Tag color="gold">{t("preview.deleted")}</Tag>
          ) : row.record ? (
            <>
              <Tag color="green">{t("preview.good")}</Tag>
              <Typography.Text type="secondary" className="rq-small">
                {Object.entries(row.record)
                  .map(([field, value]) => `${labelOf(field)}: ${String(value)}`)
                  .join(" · ")}
              </Typography.Text>
            </>
          ) : (
            "–"
          )}
        </div>
      ),
    },
    ...preview.columns.map((column) => ({
      key: `c:${column}`,
      title: column,
      render: (row: PreviewRow) => row.source[column] ?? "",
    })),
  ];
  return (
    <Card title={t("preview.title", { ms: preview.tookMs })} data-testid="resource-preview">
      <div className="rq-stack">
        {preview.faults.length > 0 && (
          <Alert
            type="warning"
            showIcon
            title={t("preview.mappingFaults")}
            description={
              <ul className="rq-problem-fields">
                {preview.faults.map((fault) => (
                  <li key={fault.en}>{localized(fault)}</li>
                ))}
              </ul>
            }
          />
        )}
        {rows.length === 0 ? (
          <EmptyState text={t("preview.none")} />
        ) : (
          <DataTable
            label={t("preview.rows")}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.number}
            testId="preview-rows"
          />
        )}
      </div>
    </Card>
  );
}
