import { DownloadOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Descriptions, Drawer, Pagination, Space, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProofCheck } from "../../../backend/lib/proof/lines.ts";
import type { LeafPack } from "../../../backend/lib/proof/pack.ts";
import { RecordObjections } from "../features/objections/record-objections.tsx";
import { api } from "../lib/api.ts";
import { downloadJson } from "../lib/download.ts";
import { formatCount, formatTime, localized } from "../lib/format.ts";
import { metaQuery, type RecordView, recordQuery } from "../lib/queries.ts";
import { recordValue } from "../lib/record-value.ts";
import { useAction } from "../lib/use-action.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { HashText } from "./hash-text.tsx";
import { ProblemAlert } from "./problem-alert.tsx";
import { ProofQr } from "./proof-qr.tsx";
import { ProofResult } from "./proof-result.tsx";
import { QueryView } from "./query-view.tsx";

const proofOf = (id: string) => api.get<LeafPack>(`/records/${encodeURIComponent(id)}/proof`);

function RecordProof({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [result, setResult] = useState<ProofCheck>();
  const download = useAction(async () => downloadJson(`record-${record.id}.proof.json`, await proofOf(record.id)));
  const verify = useAction(async () => {
    setResult(undefined);
    const { checkOnPlatform } = await import("../lib/proof/platform-check.ts");
    setResult(await checkOnPlatform(await proofOf(record.id), await client.ensureQueryData(metaQuery)));
  });
  const error = verify.error ?? download.error;
  return (
    <div className="rq-stack">
      <Space wrap>
        <Button
          type="primary"
          icon={<SafetyCertificateOutlined />}
          disabled={record.anchor.state !== "confirmed"}
          loading={verify.pending}
          onClick={() => void verify.run()}
          data-testid="record-check"
        >
          {t("proof.check")}
        </Button>
        <Button
          icon={<DownloadOutlined />}
          disabled={record.anchor.state !== "confirmed"}
          loading={download.pending}
          onClick={() => void download.run()}
          data-testid="record-proof-download"
        >
          {t("proof.download")}
        </Button>
        <ProofQr pack={() => proofOf(record.id)} disabled={record.anchor.state !== "confirmed"} />
      </Space>
      {error !== undefined && <ProblemAlert error={error} />}
      {result && <ProofResult check={result} />}
    </div>
  );
}

function RecordDetail({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  return (
    <div className="rq-stack" data-testid="record" data-record={record.id}>
      <Descriptions
        size="small"
        column={1}
        bordered
        title={t("record.content")}
        items={record.fields.map((field) => ({
          key: field.name,
          label: localized(field.label),
          children: recordValue(record.catalogId, field),
        }))}
      />
      <Descriptions
        size="small"
        column={1}
        bordered
        title={t("record.source")}
        items={[
          { key: "department", label: t("record.department"), children: localized(record.departmentName) },
          { key: "catalog", label: t("record.catalog"), children: localized(record.catalogName) },
          { key: "file", label: t("record.file"), children: record.source.fileName },
          { key: "row", label: t("record.row"), children: formatCount(record.source.row) },
          { key: "receivedAt", label: t("record.receivedAt"), children: formatTime(record.source.receivedAt) },
          { key: "commitment", label: t("record.commitment"), children: <HashText value={record.commitment} /> },
          { key: "anchor", label: t("record.anchor"), children: <AnchorTag anchor={record.anchor} withRoot /> },
        ]}
      />
      <RecordObjections key={`objections-${record.id}`} record={record} />
      <RecordProof key={record.id} record={record} />
    </div>
  );
}

/** The records behind a figure, one at a time: content, department, file, row, anchor and proof. */
export function RecordDrawer(props: { title: string; recordIds: readonly string[]; open: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(1);
  const id = props.recordIds[at - 1];
  const ids = props.recordIds.join(",");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of records starts at its first one
  useEffect(() => setAt(1), [ids]);
  const query = useQuery({ ...recordQuery(id ?? ""), enabled: props.open && id !== undefined });
  return (
    <Drawer
      open={props.open}
      onClose={props.onClose}
      title={props.title}
      size={560}
      className="rq-drawer"
      data-testid="record-drawer"
    >
      {id === undefined ? (
        <Typography.Text type="secondary">{t("record.none")}</Typography.Text>
      ) : (
        <div className="rq-stack">
          {props.recordIds.length > 1 && (
            <Pagination
              simple
              current={at}
              pageSize={1}
              total={props.recordIds.length}
              onChange={setAt}
              showSizeChanger={false}
            />
          )}
          <QueryView query={query}>{(record) => <RecordDetail record={record} />}</QueryView>
        </div>
      )}
    </Drawer>
  );
}
