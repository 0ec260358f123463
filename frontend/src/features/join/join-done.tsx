import { DownloadOutlined } from "@ant-design/icons";
import { Button, Result, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { HashText } from "../../components/hash-text.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { downloadJson } from "../../lib/download.ts";
import { homeOf } from "../session/use-account.ts";
import type { Joined } from "./join-page.tsx";

/** Signed up: the receipt on its way to the chain, and a copy of the locked key to keep. */
export function JoinDone({ joined }: { joined: Joined }) {
  const { t } = useTranslation("join");
  const navigate = useNavigate();
  const { account } = joined.result.session;
  return (
    <Result
      status="success"
      title={t("done.title")}
      data-testid="join-done"
      subTitle={
        <Space orientation="vertical" align="center">
          <span>{t("done.text", { name: account.participant.name })}</span>
          {account.participant.address && (
            <span>
              {t("done.address")} <HashText value={account.participant.address} />
            </span>
          )}
          <ReceiptTag receipt={joined.result.receipt} />
        </Space>
      }
      extra={
        <Space wrap className="rq-center">
          <Button type="primary" onClick={() => void navigate(homeOf(account.role))} data-testid="join-enter">
            {t("done.enter")}
          </Button>
          <Button
            icon={<DownloadOutlined />}
            onClick={() => downloadJson(`rongqiao-key-${account.username}.json`, JSON.parse(joined.keystore))}
            data-testid="join-key-download"
          >
            {t("done.download")}
          </Button>
        </Space>
      }
    />
  );
}
