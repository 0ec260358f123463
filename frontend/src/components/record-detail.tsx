import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import type { ConsentPurpose } from "../../../backend/features/consents/consent-schemas.ts";
import type { LeafPack } from "../../../backend/lib/proof/pack.ts";
import { RecordObjections } from "../features/objections/record-objections.tsx";
import { formatCount, formatTime, localized } from "../lib/format.ts";
import type { RecordView } from "../lib/queries.ts";
import { recordPack } from "../lib/record-queries.ts";
import { useRecordValue } from "../lib/record-value.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { HashText } from "./hash-text.tsx";
import { ProofActions } from "./proof-actions.tsx";
import "./record-detail.css";

/** The way from the record's leaf to the chain, as the pack tells it. */
function ChainFacts({ pack: { anchor, transaction } }: { pack: LeafPack }) {
  const { t } = useTranslation("profile");
  return (
    <Descriptions
      size="small"
      column={1}
      bordered
      title={t("proof.title")}
      data-testid="chain-facts"
      items={[
        { key: "leaf", label: t("proof.leaf"), children: <HashText value={anchor.leaf} /> },
        {
          key: "path",
          label: t("proof.path"),
          children:
            anchor.path.length === 0 ? (
              <span data-testid="chain-path-none">{t("proof.onlyLeaf")}</span>
            ) : (
              <ol className="record-path rq-code" data-testid="chain-path">
                {anchor.path.map((hash) => (
                  <li key={hash}>{hash}</li>
                ))}
              </ol>
            ),
        },
        { key: "root", label: t("proof.root"), children: <HashText value={anchor.root} /> },
        { key: "transaction", label: t("proof.transaction"), children: <HashText value={transaction.hash} /> },
        {
          key: "block",
          label: t("proof.block"),
          children: (
            <>
              <span data-testid="chain-block">{formatCount(transaction.blockNumber)}</span>{" "}
              <HashText value={transaction.blockHash} />
            </>
          ),
        },
      ]}
    />
  );
}

/** A record: what the department's row says, where the row stands, and how it reaches the chain. */
export function RecordDetail({ record, purpose }: { record: RecordView; purpose?: ConsentPurpose | undefined }) {
  const { t } = useTranslation();
  const recordValue = useRecordValue();
  return (
    <div className="rq-stack" data-testid="record" data-record={record.id}>
      <Descriptions
        size="small"
        column={1}
        bordered
        title={t("record.source")}
        data-testid="record-source"
        items={[
          { key: "department", label: t("record.department"), children: localized(record.departmentName) },
          { key: "catalog", label: t("record.catalog"), children: localized(record.catalogName) },
          { key: "file", label: t("record.file"), children: record.source.fileName },
          {
            key: "row",
            label: t("record.row"),
            children: <span data-testid="record-row">{formatCount(record.source.row)}</span>,
          },
          { key: "batch", label: t("profile:batch"), children: <HashText value={record.source.batchId} /> },
          { key: "receivedAt", label: t("record.receivedAt"), children: formatTime(record.source.receivedAt) },
          { key: "commitment", label: t("record.commitment"), children: <HashText value={record.commitment} /> },
          { key: "anchor", label: t("record.anchor"), children: <AnchorTag anchor={record.anchor} withRoot /> },
        ]}
      />
      <ProofActions
        key={record.id}
        pack={() => recordPack(record.id, purpose)}
        of={`record-${record.id}`}
        testIds={{ check: "record-check", download: "record-proof-download" }}
        disabled={record.anchor.state !== "confirmed"}
      >
        {(pack) => <ChainFacts pack={pack} />}
      </ProofActions>
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
      <RecordObjections key={`objections-${record.id}`} record={record} />
    </div>
  );
}
