import { DownloadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BatchView } from "../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { everyQuarantinedRow, type QuarantinedRow, quarantineQuery } from "../lib/batch-queries.ts";
import { downloadText } from "../lib/download-text.ts";
import { formatCount, localized } from "../lib/format.ts";
import { quarantineCsv } from "../lib/quarantine-csv.ts";
import { useAction } from "../lib/use-action.ts";
import { type DataColumn, DataTable } from "./data-table.tsx";
import { ProblemAlert } from "./problem-alert.tsx";
import { QueryView } from "./query-view.tsx";
import "./batch.css";

/** The rows that were not taken, each with its column, value and reason. */
export function QuarantineSection({ batch }: { batch: BatchView }) {
  const { t } = useTranslation("batch");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...quarantineQuery(batch.id, page), placeholderData: keepPreviousData });
  const save = useAction(async () => {
    const titles = { file: t("file"), row: t("quarantine.row"), reason: t("quarantine.reason") };
    const text = quarantineCsv(await everyQuarantinedRow(batch.id), titles);
    downloadText(`${t("quarantine.fileName")}-${batch.fileName.replace(/\.[^.]+$/, "")}.csv`, text, "text/csv");
  });
  const columns: DataColumn<QuarantinedRow>[] = [
    {
      key: "row",
      title: t("quarantine.row"),
      lead: true,
      width: 220,
      render: (row) => (
        <span>
          {row.fileName} · {t("quarantine.rowNumber", { row: formatCount(row.row) })}
        </span>
      ),
    },
    { key: "faults", title: t("quarantine.reason"), wrap: true, render: (row) => <FaultList row={row} /> },
  ];
  return (
    <Card
      title={t("quarantine.title", { count: batch.quarantined })}
      data-testid="quarantine"
      extra={
        <Button
          icon={<DownloadOutlined />}
          loading={save.pending}
          onClick={() => void save.run()}
          data-testid="quarantine-download"
        >
          {t("quarantine.download")}
        </Button>
      }
    >
      <div className="rq-stack">
        {save.error !== undefined && <ProblemAlert error={save.error} />}
        <QueryView query={query}>
          {(data) => (
            <DataTable
              label={t("quarantine.title", { count: data.total })}
              columns={columns}
              rows={data.items}
              rowKey={(row) => `${row.fileName}:${row.row}`}
              testId="quarantine-list"
              rowTestId={(row) => `quarantine-row-${row.row}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </div>
    </Card>
  );
}

export function FaultList({ row }: { row: QuarantinedRow }) {
  const { t } = useTranslation("batch");
  return (
    <ul className="quarantine-faults">
      {row.faults.map((fault) => (
        <li key={`${fault.column}:${fault.reason}`} data-reason={fault.reason}>
          <strong>{fault.column || t("quarantine.wholeRow")}</strong>
          {fault.value !== "" && (
            <>
              {" "}
              <code className="quarantine-value">{fault.value}</code>
            </>
          )}{" "}
          {localized(fault.message)}
        </li>
      ))}
    </ul>
  );
}
