import { BankOutlined, DownloadOutlined, EditOutlined, UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Segmented, Upload } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { BatchView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { FaultList } from "../../components/quarantine-section.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { API_PREFIX, uploadFile } from "../../lib/api.ts";
import { batchQuery, type QuarantinedRow, quarantineQuery } from "../../lib/batch-queries.ts";
import { formatCount, formatTime, isChinese } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { BatchMend } from "./batch-mend.tsx";
import { BatchSettle } from "./batch-settle.tsx";
import "../../components/batch.css";

type Filter = "all" | "open" | "replayed";

/** The rows that were not taken: to be mended here one by one, or in a spreadsheet all at once. */
export function BatchQuarantine({ batch }: { batch: BatchView }) {
  const { t } = useTranslation("ingestion");
  const queries = useQueryClient();
  const [filter, setFilter] = useState<Filter>(batch.replayed < batch.quarantined ? "open" : "all");
  const [page, setPage] = useState(1);
  const [mended, setMended] = useState<QuarantinedRow>();
  const [settled, setSettled] = useState<QuarantinedRow>();
  /** The replay that was sent last; `uscc` where it was settled whom its row means. */
  const [sent, setSent] = useState<{ id: string; uscc?: string | undefined }>();
  const query = useQuery({
    ...quarantineQuery(batch.id, page, filter === "all" ? undefined : filter),
    placeholderData: keepPreviousData,
  });
  const replay = useQuery({ ...batchQuery(sent?.id ?? ""), enabled: sent !== undefined });
  const finishedAt = replay.data?.finishedAt;
  useEffect(() => {
    if (finishedAt === undefined) return;
    const refresh = () => void queries.invalidateQueries({ queryKey: ["batches"] });
    refresh();
    // The batch is visible a moment before it is counted where its rows came from.
    const later = setTimeout(refresh, 1_500);
    return () => clearTimeout(later);
  }, [finishedAt, queries]);
  const canMend = batch.origin.replayOf === undefined && (batch.state === "stored" || batch.state === "anchored");
  const onSent = async (id: string, uscc?: string): Promise<void> => {
    setMended(undefined);
    setSettled(undefined);
    setSent({ id, uscc });
    await queries.invalidateQueries({ queryKey: ["batches"] });
  };
  const upload = useAction(async (file: File) => {
    const path = `/catalogs/${encodeURIComponent(batch.catalogId)}/batches`;
    const replay = await uploadFile<BatchView>(path, file, { fileName: file.name, replayOf: batch.id }, () => {});
    await onSent(replay.id);
  });
  const csv = `${API_PREFIX}/batches/${encodeURIComponent(batch.id)}/quarantine.csv?language=${isChinese() ? "zh" : "en"}`;
  const columns: DataColumn<QuarantinedRow>[] = [
    {
      key: "row",
      title: t("batch:quarantine.row"),
      lead: true,
      width: 220,
      render: (row) => (
        <span>
          {row.fileName} · {t("batch:quarantine.rowNumber", { row: formatCount(row.row) })}
        </span>
      ),
    },
    { key: "faults", title: t("batch:quarantine.reason"), wrap: true, render: (row) => <FaultList row={row} /> },
    {
      key: "actions",
      title: t("mend.actions"),
      width: 180,
      render: (row) =>
        row.replay ? (
          <span>
            {t("mend.takenAt", { time: formatTime(row.replay.at) })}{" "}
            <Link to={`/department/batches/${row.replay.batchId}`}>{t("mend.seeBatch")}</Link>
          </span>
        ) : canMend ? (
          <Flex gap={8} wrap>
            {row.subject && (
              <Button
                size="small"
                icon={<BankOutlined />}
                onClick={() => setSettled(row)}
                data-testid={`settle-${row.number}`}
              >
                {t("subjects:button")}
              </Button>
            )}
            <Button
              size="small"
              icon={<EditOutlined />}
              onClick={() => setMended(row)}
              data-testid={`mend-${row.number}`}
            >
              {t("mend.edit")}
            </Button>
          </Flex>
        ) : (
          "–"
        ),
    },
  ];
  return (
    <Card title={t("batch:quarantine.title", { count: batch.quarantined })} data-testid="quarantine">
      <div className="rq-stack">
        <Flex gap={8} wrap justify="space-between">
          <Segmented<Filter>
            value={filter}
            onChange={(value) => {
              setPage(1);
              setFilter(value);
            }}
            options={[
              { value: "open", label: t("mend.open", { count: batch.quarantined - batch.replayed }) },
              { value: "replayed", label: t("mend.replayed", { count: batch.replayed }) },
              { value: "all", label: t("mend.all") },
            ]}
            data-testid="quarantine-filter"
          />
          {canMend && (
            <Flex gap={8} wrap>
              <Button icon={<DownloadOutlined />} href={csv} data-testid="quarantine-download">
                {t("mend.download")}
              </Button>
              <Upload
                accept=".csv,.xlsx,.tsv"
                showUploadList={false}
                disabled={upload.pending}
                beforeUpload={(file) => {
                  void upload.run(file);
                  return false;
                }}
              >
                <Button
                  icon={<UploadOutlined />}
                  loading={upload.pending}
                  title={t("mend.uploadHint")}
                  data-testid="quarantine-upload"
                >
                  {t("mend.upload")}
                </Button>
              </Upload>
            </Flex>
          )}
        </Flex>
        {upload.error !== undefined && <ProblemAlert error={upload.error} />}
        {sent && (
          <Alert
            type="success"
            showIcon
            data-testid="mend-sent"
            title={<Link to={`/department/batches/${sent.id}`}>{t(sent.uscc ? "subjects:settled" : "mend.sent")}</Link>}
            {...(sent.uscc && replay.data?.finishedAt
              ? {
                  description: (
                    <Link
                      to={`/department/records?catalog=${encodeURIComponent(batch.catalogId)}&find=${sent.uscc}`}
                      data-testid="settled-record"
                    >
                      {t("subjects:seeRecord")}
                    </Link>
                  ),
                }
              : {})}
          />
        )}
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("mend.none")} />}
        >
          {(data) => (
            <DataTable
              label={t("batch:quarantine.title", { count: data.total })}
              columns={columns}
              rows={data.items}
              rowKey={(row) => row.number}
              testId="quarantine-list"
              rowTestId={(row) => `quarantine-row-${row.row}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </div>
      {mended && (
        <BatchMend
          batchId={batch.id}
          headings={mended.headings ?? query.data?.headings ?? []}
          row={mended}
          onClose={() => setMended(undefined)}
          onSent={onSent}
        />
      )}
      {settled?.subject && (
        <BatchSettle
          batch={batch}
          headings={settled.headings ?? query.data?.headings ?? []}
          row={settled}
          subject={settled.subject}
          onClose={() => setSettled(undefined)}
          onSent={onSent}
        />
      )}
    </Card>
  );
}
