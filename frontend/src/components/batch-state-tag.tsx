import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { BatchView } from "../../../backend/features/data-exchange/data-exchange-schemas.ts";

const COLORS: Record<BatchView["state"], string> = {
  received: "processing",
  validated: "processing",
  stored: "blue",
  anchored: "success",
  rejected: "error",
};

export function BatchStateTag({ state }: { state: BatchView["state"] }) {
  const { t } = useTranslation("batch");
  return (
    <Tag color={COLORS[state]} data-testid="batch-state" data-state={state}>
      {t(`state.${state}`)}
    </Tag>
  );
}
