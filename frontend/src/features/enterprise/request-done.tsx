import { Button, Result, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { HashText } from "../../components/hash-text.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";

export function RequestDone({ request }: { request: RequestView }) {
  const { t } = useTranslation("enterprise");
  const navigate = useNavigate();
  return (
    <Result
      status="success"
      title={t("new.done")}
      data-testid="request-done"
      data-request={request.id}
      subTitle={
        <Space orientation="vertical" align="center">
          <span>{t("new.doneText")}</span>
          <span>
            {t("request.key")} <HashText value={request.requestKey} />
          </span>
          <ReceiptTag receipt={request.receipt} />
        </Space>
      }
      extra={
        <Button
          type="primary"
          onClick={() => void navigate(`/enterprise/requests/${request.id}`)}
          data-testid="request-open"
        >
          {t("new.open")}
        </Button>
      }
    />
  );
}
