import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

export function UsccField({ prefix }: { prefix: string }) {
  const { t } = useTranslation("verification");
  return (
    <Form.Item name="uscc" label={t("common:uscc")} rules={[{ required: true, message: t("check.usccMissing") }]}>
      <Input maxLength={18} data-testid={`${prefix}-uscc`} />
    </Form.Item>
  );
}
