import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { shortHex } from "../lib/format.ts";

/** A hash or address, shortened, with its full text to copy. */
export function HashText({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <Typography.Text
      className="rq-hash"
      title={value}
      copyable={{ text: value, tooltips: [label ?? t("copy"), t("copied")] }}
    >
      {shortHex(value)}
    </Typography.Text>
  );
}
