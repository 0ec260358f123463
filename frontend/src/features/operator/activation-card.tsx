import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Flex, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** The activation link, shown once: closing the card forgets it, and nobody can show it again. */
export function ActivationCard({ name, link, onDone }: { name: string; link: string; onDone: () => void }) {
  const { t } = useTranslation("operator");
  const [copied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // Without clipboard permission the text stays selected, ready to be copied by hand.
      document.querySelector<HTMLTextAreaElement>("[data-testid=admission-link]")?.select();
    }
  }

  return (
    <Card data-testid="admission-done" title={t("activation.title", { name })}>
      <Flex vertical gap={16}>
        <Alert type="warning" showIcon title={t("activation.once")} description={t("activation.onceDetail")} />
        <Input.TextArea
          value={link}
          readOnly
          autoSize
          aria-label={t("activation.link")}
          data-testid="admission-link"
          onFocus={(event) => event.target.select()}
          style={{ fontFamily: "ui-monospace, Menlo, Consolas, monospace" }}
        />
        <Flex gap={12} wrap>
          <Button
            type="primary"
            icon={copied ? <CheckOutlined /> : <CopyOutlined />}
            onClick={copy}
            data-testid="admission-copy"
          >
            {t(copied ? "activation.copied" : "activation.copy")}
          </Button>
          <Button onClick={onDone} data-testid="admission-close">
            {t("activation.handedOver")}
          </Button>
        </Flex>
        <Typography.Text type="secondary">{t("activation.next")}</Typography.Text>
      </Flex>
    </Card>
  );
}
