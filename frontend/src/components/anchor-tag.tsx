import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, SyncOutlined } from "@ant-design/icons";
import { Space, Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { LeafPack } from "../../../backend/lib/proof/pack.ts";
import type { AnchorState } from "../../../backend/lib/schemas.ts";
import { api } from "../lib/api.ts";
import { formatCount, formatTime } from "../lib/format.ts";
import { HashText } from "./hash-text.tsx";
import { ProofQr } from "./proof-qr.tsx";

const looks = {
  waiting: { color: "default", icon: <ClockCircleOutlined /> },
  pending: { color: "gold", icon: <SyncOutlined spin /> },
  confirmed: { color: "green", icon: <CheckCircleFilled /> },
  failed: { color: "red", icon: <CloseCircleFilled /> },
} as const;

/** Where a leaf of a Merkle batch stands, with its proof once it is on the chain. `withRoot` shows the root to copy. */
export function AnchorTag({
  anchor,
  withRoot = false,
  proofPath,
}: {
  anchor: AnchorState;
  withRoot?: boolean;
  proofPath?: string;
}) {
  const { t } = useTranslation();
  const look = looks[anchor.state];
  return (
    <Space size={4} wrap data-testid="anchor" data-state={anchor.state}>
      <Tooltip
        title={
          anchor.blockNumber !== undefined &&
          t("receipt.block", {
            block: formatCount(anchor.blockNumber),
            time: anchor.anchoredAt ? formatTime(anchor.anchoredAt) : "",
          })
        }
      >
        <Tag color={look.color} icon={look.icon}>
          {t(`anchor.${anchor.state}`)}
        </Tag>
      </Tooltip>
      {withRoot && anchor.root && <HashText value={anchor.root} label={t("anchor.copyRoot")} />}
      {proofPath && anchor.state === "confirmed" && <ProofQr compact pack={() => api.get<LeafPack>(proofPath)} />}
    </Space>
  );
}
