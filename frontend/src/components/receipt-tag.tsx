import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, SyncOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Space, Tag, Tooltip } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ActPack } from "../../../backend/lib/proof/pack.ts";
import type { Receipt } from "../../../backend/lib/schemas.ts";
import { api } from "../lib/api.ts";
import { formatCount, formatTime } from "../lib/format.ts";
import { receiptQuery } from "../lib/queries.ts";
import { HashText } from "./hash-text.tsx";
import { ProofQr } from "./proof-qr.tsx";

const looks = {
  pending: { color: "gold", icon: <ClockCircleOutlined /> },
  sent: { color: "blue", icon: <SyncOutlined spin /> },
  confirmed: { color: "green", icon: <CheckCircleFilled /> },
  failed: { color: "red", icon: <CloseCircleFilled /> },
} as const;

/** Where a signed act stands on its way to the chain; polls until it is confirmed or failed. */
export function ReceiptTag(props: {
  receipt: Receipt;
  /** Called once when a receipt that was open becomes confirmed or failed. */
  onSettled?: (receipt: Receipt) => void;
}) {
  const { t } = useTranslation();
  const open = props.receipt.state === "pending" || props.receipt.state === "sent";
  const { data } = useQuery(receiptQuery(props.receipt));
  const receipt = open ? data : props.receipt;
  const told = useRef(!open);
  const { onSettled } = props;
  useEffect(() => {
    if (told.current || (receipt.state !== "confirmed" && receipt.state !== "failed")) return;
    told.current = true;
    onSettled?.(receipt);
  }, [receipt, onSettled]);
  const look = looks[receipt.state];
  return (
    <Space size={4} wrap data-testid="receipt" data-state={receipt.state} data-kind={receipt.kind} aria-live="polite">
      <Tooltip
        title={
          receipt.reason ??
          (receipt.blockNumber !== undefined &&
            t("receipt.block", {
              block: formatCount(receipt.blockNumber),
              time: receipt.confirmedAt ? formatTime(receipt.confirmedAt) : "",
            }))
        }
      >
        <Tag color={look.color} icon={look.icon}>
          {t(`receipt.${receipt.state}`)}
        </Tag>
      </Tooltip>
      {receipt.transactionHash && <HashText value={receipt.transactionHash} label={t("receipt.copyTransaction")} />}
      {receipt.state === "confirmed" && (
        <ProofQr compact pack={() => api.get<ActPack>(`/receipts/${receipt.id}/proof`)} />
      )}
    </Space>
  );
}
