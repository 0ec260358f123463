import { InboxOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Progress, Select, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { BatchView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { BatchSummary } from "../../components/batch-summary.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { uploadFile } from "../../lib/api.ts";
import { batchQuery } from "../../lib/batch-queries.ts";
import { formatCount, localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSignedIn } from "../session/use-account.ts";
import { isConfirmed, queryOf, UploadOptionFields, type UploadOptions, USUAL_OPTIONS } from "./upload-options.tsx";
import { UploadReading } from "./upload-reading.tsx";

const FORMATS = ".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl,.zip";

/** Drop a file: it is sent as it is, checked row by row, stored and anchored. */
export function DepartmentUploadPage() {
  const { t } = useTranslation("department");
  const { participant } = useSignedIn();
  const queries = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const [part, setPart] = useState(0);
  const [file, setFile] = useState<File>();
  const [options, setOptions] = useState<UploadOptions>(USUAL_OPTIONS);
  const [batchId, setBatchId] = useState<string>();
  const catalogs = useQuery(catalogsQuery).data?.items.filter(
    (catalog) => catalog.departmentCode === participant.departmentCode,
  );
  const catalogId = search.get("catalog") ?? (catalogs?.length === 1 ? catalogs[0]?.id : undefined);
  const catalog = catalogs?.find((candidate) => candidate.id === catalogId);

  const send = useAction(async (chosen: File, to: string) => {
    setPart(0);
    setBatchId(undefined);
    const path = `/catalogs/${encodeURIComponent(to)}/batches`;
    const batch = await uploadFile<BatchView>(path, chosen, { fileName: chosen.name, ...queryOf(options) }, setPart);
    setBatchId(batch.id);
    setFile(undefined);
    setOptions(USUAL_OPTIONS);
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["batches", "list"] }),
      queries.invalidateQueries({ queryKey: ["catalogs"] }),
    ]);
  });

  return (
    <>
      <PageHeader title={t("upload.title")} description={t("upload.intro")} />
      <div className="rq-stack">
        <Card>
          <Form layout="vertical" component="div">
            <Form.Item label={t("upload.catalog")} htmlFor="upload-catalog">
              <Select
                id="upload-catalog"
                value={catalog?.id ?? null}
                onChange={(value: string | null) => setSearch(value ? { catalog: value } : {})}
                placeholder={t("upload.chooseCatalog")}
                options={(catalogs ?? []).map((known) => ({ value: known.id, label: localized(known.name) }))}
                data-testid="upload-catalog"
                disabled={send.pending}
              />
            </Form.Item>
            {catalog && (
              <Typography.Paragraph type="secondary">
                {t("upload.columns")}{" "}
                {listText(catalog.fields.map((field) => `${localized(field.label)}${field.required ? "*" : ""}`))}
              </Typography.Paragraph>
            )}
            {catalog && <UploadOptionFields options={options} onChange={setOptions} disabled={send.pending} />}
            <Upload.Dragger
              accept={FORMATS}
              maxCount={1}
              showUploadList={false}
              disabled={!catalog || send.pending}
              beforeUpload={(chosen) => {
                setFile(chosen);
                send.reset();
                return false;
              }}
              data-testid="upload-file"
            >
              <p className="ant-upload-drag-icon">
                <InboxOutlined aria-hidden />
              </p>
              <p className="ant-upload-text">{file ? file.name : t("upload.drop")}</p>
              <p className="ant-upload-hint">
                {file ? t("upload.size", { bytes: formatCount(file.size) }) : t("ingestion:columns")}
              </p>
            </Upload.Dragger>
          </Form>
          <div className="rq-stack" style={{ marginTop: 16 }}>
            {!catalog && catalogs && <Alert type="info" showIcon title={t("upload.catalogFirst")} />}
            {send.pending && <Progress percent={Math.round(part * 100)} aria-label={t("upload.sending")} />}
            {send.error !== undefined && <ProblemAlert error={send.error} />}
            <div>
              <Button
                type="primary"
                size="large"
                disabled={!catalog || !file || !isConfirmed(options)}
                loading={send.pending}
                onClick={() => file && catalog && void send.run(file, catalog.id)}
                data-testid="upload-submit"
              >
                {t("upload.submit")}
              </Button>
            </div>
          </div>
        </Card>
        {batchId && <UploadedBatch id={batchId} />}
        {catalog && <UploadReading key={catalog.id} catalog={catalog} />}
      </div>
    </>
  );
}

function UploadedBatch({ id }: { id: string }) {
  const { t } = useTranslation("department");
  const query = useQuery(batchQuery(id));
  return (
    <section className="rq-stack" aria-label={t("upload.progress")} aria-live="polite" data-testid="upload-result">
      <QueryView query={query}>
        {(batch) => (
          <>
            <BatchSummary batch={batch} />
            <div>
              <LinkButton to={`/department/batches/${batch.id}`} data-testid="upload-open-batch">
                {t(batch.quarantined > 0 ? "upload.openQuarantine" : "upload.openBatch")}
              </LinkButton>
            </div>
          </>
        )}
      </QueryView>
    </section>
  );
}
