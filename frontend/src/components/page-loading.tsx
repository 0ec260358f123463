import { Spin } from "antd";
import { useTranslation } from "react-i18next";

export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div className="rq-loading" role="status" aria-live="polite" aria-label={t("loading")}>
      <Spin size="large" />
    </div>
  );
}
