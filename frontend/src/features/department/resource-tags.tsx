import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { Resource, Run } from "./resource-queries.ts";

const STATE_COLORS = { draft: "default", active: "green", paused: "gold" } as const;
const RUN_COLORS = { running: "blue", waiting: "gold", done: "green", failed: "red" } as const;

export function ResourceStateTag({ state }: { state: Resource["state"] }) {
  const { t } = useTranslation("sources");
  return <Tag color={STATE_COLORS[state]}>{t(`state.${state}`)}</Tag>;
}

export function RunStateTag({ state }: { state: Run["state"] }) {
  const { t } = useTranslation("sources");
  return <Tag color={RUN_COLORS[state]}>{t(`runState.${state}`)}</Tag>;
}
