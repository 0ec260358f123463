import { KeyOutlined } from "@ant-design/icons";
import { Alert, Form, Input, Modal, Progress, Typography } from "antd";
import type { HDNodeWallet } from "ethers";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { keystore } from "../../../../backend/features/identity/identity-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { decryptKey, WrongPassphrase } from "../../lib/keys.ts";

/** Asks for the passphrase and opens the keystore in the browser. */
export function UnlockDialog(props: { onUnlocked(key: HDNodeWallet): void; onDismissed(): void }) {
  const { t } = useTranslation("session");
  const [progress, setProgress] = useState<number>();
  const [error, setError] = useState<unknown>();
  const [form] = Form.useForm<{ passphrase: string }>();

  async function open({ passphrase }: { passphrase: string }) {
    setError(undefined);
    setProgress(0);
    try {
      const { keystore: text } = await api.get<z.infer<typeof keystore>>("/me/keystore");
      const key = await decryptKey(text, passphrase, (part) => setProgress(Math.round(part * 100)));
      props.onUnlocked(key);
    } catch (reason) {
      setError(reason);
      setProgress(undefined);
    }
  }

  return (
    <Modal
      open
      title={t("unlock.title")}
      okText={t("unlock.submit")}
      cancelText={t("common:cancel")}
      onCancel={props.onDismissed}
      onOk={() => form.submit()}
      okButtonProps={{ loading: progress !== undefined, "data-testid": "unlock-submit" }}
      mask={{ closable: false }}
    >
      <Typography.Paragraph type="secondary">{t("unlock.explain")}</Typography.Paragraph>
      <Form form={form} layout="vertical" onFinish={open} disabled={progress !== undefined}>
        <Form.Item
          name="passphrase"
          label={t("unlock.passphrase")}
          rules={[{ required: true, message: t("unlock.passphraseMissing") }]}
        >
          <Input.Password prefix={<KeyOutlined />} autoFocus autoComplete="off" data-testid="unlock-passphrase" />
        </Form.Item>
      </Form>
      {progress !== undefined && <Progress percent={progress} aria-label={t("unlock.opening")} />}
      {error instanceof WrongPassphrase ? (
        <Alert type="error" showIcon title={t("unlock.wrong")} data-testid="unlock-wrong" />
      ) : (
        error !== undefined && <ProblemAlert error={error} />
      )}
    </Modal>
  );
}
