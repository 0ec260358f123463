import { Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { ObjectionView } from "../../../../backend/features/objections/objection-schemas.ts";
import { formatTime } from "../../lib/format.ts";

const COLORS: Record<ObjectionView["state"], string> = {
  raised: "orange",
  correcting: "processing",
  corrected: "green",
  upheld: "blue",
  stated: "blue",
  withdrawn: "default",
  erased: "default",
};

export function ObjectionStateTag({ state }: { state: ObjectionView["state"] }) {
  const { t } = useTranslation("objections");
  return (
    <Tag color={COLORS[state]} data-testid="objection-state" data-state={state}>
      {t(`state.${state}`)}
    </Tag>
  );
}

/** How long the department still has; nothing once it has answered. */
export function DueText({ objection }: { objection: ObjectionView }) {
  const { t } = useTranslation("objections");
  if (objection.daysLeft === undefined) return <>—</>;
  return (
    <>
      <div>{formatTime(objection.dueAt)}</div>
      <Typography.Text type={objection.overdue ? "danger" : "secondary"} className="rq-small">
        {objection.overdue
          ? t("overdueBy", { count: -objection.daysLeft })
          : t("daysLeft", { count: objection.daysLeft })}
      </Typography.Text>
    </>
  );
}
