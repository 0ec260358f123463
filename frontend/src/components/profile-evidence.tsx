import { ArrowLeftOutlined, RightOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Skeleton, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConsentPurpose } from "../../../backend/features/consents/consent-schemas.ts";
import type { EvidenceView } from "../../../backend/features/profiles/profile-schemas.ts";
import { DisputedTag } from "../features/objections/disputed-tag.tsx";
import { formatCount, formatTime, localized } from "../lib/format.ts";
import { recordQuery } from "../lib/record-queries.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { ProblemAlert } from "./problem-alert.tsx";
import { RecordDetail } from "./record-detail.tsx";

function EvidenceList({ evidence, onOpen }: { evidence: EvidenceView[]; onOpen: (recordId: string) => void }) {
  const { t } = useTranslation("profile");
  return (
    <ul className="profile-evidence" data-testid="evidence-list">
      {evidence.map((item) => (
        <li key={item.recordId}>
          <button type="button" onClick={() => onOpen(item.recordId)} data-testid="evidence-open">
            <span>
              <strong>
                {localized(item.catalogName)}
                {item.period && ` · ${item.period}`}
              </strong>
              <br />
              <Typography.Text type="secondary" className="rq-small">
                {localized(item.departmentName)} · {t("row", { row: formatCount(item.row) })} ·{" "}
                {formatTime(item.receivedAt)}
              </Typography.Text>{" "}
              {item.disputed && <DisputedTag />}
            </span>
            <span>
              <AnchorTag anchor={item.anchor} /> <RightOutlined />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function OpenedRecord({ recordId, purpose }: { recordId: string; purpose: ConsentPurpose | undefined }) {
  const query = useQuery(recordQuery(recordId, purpose));
  // A refusal takes what was shown away: only an answer of now is shown.
  if (query.isError) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton active paragraph={{ rows: 6 }} />;
  return <RecordDetail record={query.data} purpose={purpose} />;
}

interface Props {
  title: string;
  evidence: EvidenceView[];
  /** How many there are in all; the list may be shorter. */
  count: number;
  open: boolean;
  onClose(): void;
  purpose?: ConsentPurpose | undefined;
}

/** From a figure to its records, and from a record to the department's row and the chain. A lone record is opened at once. */
export function ProfileEvidence({ title, evidence, count, open, onClose, purpose }: Props) {
  const { t } = useTranslation("profile");
  const lone = evidence.length === 1 ? evidence[0]!.recordId : undefined;
  const [opened, setOpened] = useState<string>();
  const ids = evidence.map(({ recordId }) => recordId).join(",");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another figure starts at its list
  useEffect(() => setOpened(undefined), [ids, open]);
  const shown = opened ?? lone;
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={title}
      size={600}
      className="rq-drawer"
      destroyOnHidden
      data-testid="record-drawer"
    >
      {evidence.length === 0 ? (
        <Typography.Text type="secondary">{t("common:record.none")}</Typography.Text>
      ) : shown === undefined ? (
        <>
          {count > evidence.length && (
            <Typography.Paragraph type="secondary">
              {t("shownOf", { shown: evidence.length, count })}
            </Typography.Paragraph>
          )}
          <EvidenceList evidence={evidence} onOpen={setOpened} />
        </>
      ) : (
        <div className="rq-stack">
          {lone === undefined && (
            <div>
              <Button type="link" icon={<ArrowLeftOutlined />} onClick={() => setOpened(undefined)}>
                {t("allRecords", { count: evidence.length })}
              </Button>
            </div>
          )}
          <OpenedRecord key={shown} recordId={shown} purpose={purpose} />
        </div>
      )}
    </Drawer>
  );
}
