import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { codeIn } from "./activation.ts";

export function CodeForm({ onCode }: { onCode(code: string): void }) {
  const { t } = useTranslation("join");
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      onFinish={({ code }: { code: string }) => {
        const found = codeIn(code);
        if (found) onCode(found);
      }}
    >
      <Form.Item
        name="code"
        label={t("code")}
        extra={t("codeHint")}
        rules={[
          { required: true, message: t("codeMissing") },
          {
            validator: (_, text?: string) =>
              !text || codeIn(text) ? Promise.resolve() : Promise.reject(new Error(t("codeWrong"))),
          },
        ]}
      >
        <Input.TextArea autoSize={{ minRows: 2 }} spellCheck={false} autoComplete="off" data-testid="join-code" />
      </Form.Item>
      <Button type="primary" htmlType="submit" data-testid="join-code-submit">
        {t("common:next")}
      </Button>
    </Form>
  );
}
