import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

/** Beside a figure that rests on a record with an open objection. */
export function DisputedTag() {
  const { t } = useTranslation("objections");
  return (
    <Tooltip title={t("mark.disputedHint")}>
      <Tag color="orange" data-testid="disputed">
        {t("mark.disputed")}
      </Tag>
    </Tooltip>
  );
}

/** Beside a figure that rests on an upheld record: what the enterprise says to it. */
export function StatementTag({ text }: { text: string }) {
  const { t } = useTranslation("objections");
  return (
    <Tooltip title={text}>
      <Tag color="blue" data-testid="statement">
        {t("statement")}
      </Tag>
    </Tooltip>
  );
}
