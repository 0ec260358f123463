import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";

const colors: Record<RequestView["state"], string> = {
  open: "blue",
  awarded: "gold",
  granted: "green",
  withdrawn: "default",
  expired: "default",
};

export function RequestStateTag({ state }: { state: RequestView["state"] }) {
  const { t } = useTranslation();
  return (
    <Tag color={colors[state]} data-testid="request-state" data-state={state}>
      {t(`requestState.${state}`)}
    </Tag>
  );
}
