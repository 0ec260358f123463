import { Alert, Card, Descriptions, Flex, Progress, Steps } from "antd";
import { useTranslation } from "react-i18next";
import type { BatchView } from "../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { hasNothingToAnchor } from "../lib/batch-queries.ts";
import { formatCount, formatTime, isChinese } from "../lib/format.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { HashText } from "./hash-text.tsx";
import "./batch.css";

const STEPS = ["received", "validated", "stored", "anchored"] as const;

/** The server's words. Faults of headings come in both languages, "中文 / English", joined by semicolons. */
function faultDetail({ code, message }: { code: string; message: string }): string {
  if (code !== "file.headings") return message;
  const parts = message.split("; ").map((part) => part.split(" / "));
  return parts.map(([zh, en]) => (isChinese() ? zh : (en ?? zh))).join(isChinese() ? "；" : "; ");
}

/** How far a batch has come, and what became of its rows. */
export function BatchSummary({ batch }: { batch: BatchView }) {
  const { t } = useTranslation("batch");
  const rejected = batch.state === "rejected";
  const at = batch.state === "rejected" ? 1 : STEPS.indexOf(batch.state);
  const counts = [
    { key: "rows", value: batch.rows },
    { key: "stored", value: batch.stored },
    { key: "duplicates", value: batch.duplicates },
    { key: "quarantined", value: batch.quarantined },
  ] as const;
  const more = (["corrected", "late", "deleted", "replayed"] as const).filter((key) => batch[key] > 0);
  const reading = batch.state === "received" || batch.state === "validated";
  return (
    <Card data-testid="batch-summary" data-state={batch.state}>
      <Flex vertical gap={20}>
        <Steps
          size="small"
          responsive
          current={batch.state === "anchored" ? STEPS.length : at + (rejected || batch.state === "validated" ? 0 : 1)}
          status={
            rejected ? "error" : batch.state === "anchored" ? "finish" : hasNothingToAnchor(batch) ? "wait" : "process"
          }
          items={STEPS.map((step) => ({ title: t(`state.${step}`) }))}
        />
        {reading && (
          <div data-testid="batch-progress" aria-live="polite">
            <span>
              {batch.state === "received"
                ? t("ingestion:readingWaits")
                : t("ingestion:reading", { rows: formatCount(batch.rows) })}
            </span>
            <Progress
              percent={batch.bytes > 0 ? Math.floor((100 * batch.bytesRead) / batch.bytes) : 0}
              status="active"
              aria-label={t("ingestion:readingPart")}
            />
          </div>
        )}
        {batch.fault && (
          <Alert
            type="error"
            showIcon
            data-testid="batch-fault"
            title={t("rejected")}
            description={
              <>
                {t(`fault.${batch.fault.code}`, { defaultValue: "" })} <span>{faultDetail(batch.fault)}</span>
              </>
            }
          />
        )}
        <dl className="batch-counts">
          {counts.map(({ key, value }) => (
            <div key={key} data-kind={key} data-some={value > 0}>
              <dt>{t(`count.${key}`)}</dt>
              <dd data-testid={`batch-${key}`}>{formatCount(value)}</dd>
            </div>
          ))}
          {more.map((key) => (
            <div key={key} data-kind={key} data-some>
              <dt>{t(`ingestion:count.${key}`)}</dt>
              <dd data-testid={`batch-${key}`}>{formatCount(batch[key])}</dd>
            </div>
          ))}
        </dl>
        <Descriptions
          column={{ xs: 1, sm: 1, md: 2 }}
          items={[
            { key: "receivedAt", label: t("receivedAt"), children: formatTime(batch.receivedAt) },
            {
              key: "finishedAt",
              label: t("finishedAt"),
              children: batch.finishedAt ? formatTime(batch.finishedAt) : t("running"),
            },
            {
              key: "origin",
              label: t("ingestion:originLabel"),
              children: `${t(`ingestion:origin.${batch.origin.kind}`)} · ${t(`ingestion:mode.${batch.mode}`)}`,
            },
            ...(batch.origin.sourceTime
              ? [
                  {
                    key: "sourceTime",
                    label: t("ingestion:sourceTime"),
                    children: formatTime(batch.origin.sourceTime),
                  },
                ]
              : []),
            { key: "size", label: t("size"), children: t("bytes", { bytes: formatCount(batch.bytes) }) },
            { key: "sha", label: "SHA-256", children: <HashText value={batch.sha256} /> },
            {
              key: "anchor",
              label: t("anchor"),
              children: hasNothingToAnchor(batch) ? t("nothingToAnchor") : <AnchorTag anchor={batch.anchor} withRoot />,
            },
          ]}
        />
      </Flex>
    </Card>
  );
}
