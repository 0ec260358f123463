import { Form, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { KindView } from "../../../../backend/features/verification/verification-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { localized } from "../../lib/format.ts";

type Param = KindView["params"][number];

function input(param: Param): ReactNode {
  const testId = `param-${param.name}`;
  switch (param.type) {
    case "integer":
      return <InputNumber min={1} precision={0} data-testid={testId} />;
    case "choice":
      return (
        <Select
          allowClear={param.optional}
          data-testid={testId}
          options={(param.options ?? []).map(({ value, label }) => ({ value, label: localized(label) }))}
        />
      );
    case "amount":
      return <AmountInput data-testid={testId} />;
    case "month":
      return <Input type="month" data-testid={testId} />;
    case "person":
      return <Input autoComplete="off" maxLength={18} data-testid={testId} />;
    default:
      return <Input maxLength={200} data-testid={testId} />;
  }
}

/** The parameters of a kind, by the kind's own description. */
export function ParamFields({ kind }: { kind: KindView }) {
  const { t } = useTranslation("verification");
  if (kind.params.length === 0) return null;
  return (
    <div className="rq-form-grid">
      {kind.params.map((param) => (
        <Form.Item
          key={`${kind.code}-${param.name}`}
          name={["params", param.name]}
          label={param.type === "amount" ? t("param.amount") : localized(param.label)}
          extra={param.type === "person" ? t("param.personHint") : param.optional ? t("param.optional") : undefined}
          rules={[{ required: !param.optional, message: t("param.missing") }]}
        >
          {input(param)}
        </Form.Item>
      ))}
    </div>
  );
}

/** Without what was left empty. */
export const filledParams = (params: Record<string, unknown> | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params ?? {}).filter(([, value]) => value !== undefined && value !== "" && value !== null),
  );
