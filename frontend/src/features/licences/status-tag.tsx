import { Tag } from "antd";
import { useTranslation } from "react-i18next";

const colors: Record<string, string> = {
  valid: "green",
  attached: "green",
  offered: "blue",
  notYet: "gold",
  suspended: "orange",
  expired: "red",
  missing: "red",
  revoked: "red",
  withdrawn: "default",
};

/** The state of a licence, of a material or of what is asked for. */
export function StatusTag({ state }: { state: string }) {
  const { t } = useTranslation("licences");
  return (
    <Tag color={colors[state] ?? "default"} data-testid="status" data-state={state}>
      {t(`state.${state}`)}
    </Tag>
  );
}
