import { useQuery } from "@tanstack/react-query";
import { Form, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { consentPurposes } from "../../../../backend/features/consents/domain/consent-purposes.ts";
import { localized } from "../../lib/format.ts";
import type { Asker, GroundsWish } from "./grounds.ts";
import { kindsQuery } from "./queries.ts";

/** Why the asker may: the purpose of a consent, or the law, the case and the officer. */
export function GroundsFields({ asker, prefix }: { asker: Asker; prefix: string }) {
  const { t } = useTranslation("verification");
  const form = Form.useFormInstance<GroundsWish>();
  const code = Form.useWatch("basis", form);
  const bases = useQuery(kindsQuery).data?.legalBases ?? [];
  const chosen = bases.find((basis) => basis.code === code);
  const required = (message: string) => [{ required: true, message }];
  if (asker === "institution")
    return (
      <Form.Item name="purpose" label={t("grounds.purpose")} extra={t("grounds.purposeHint")}>
        <Select
          data-testid={`${prefix}-purpose`}
          options={consentPurposes.map((value) => ({ value, label: t(`common:consentPurpose.${value}`) }))}
        />
      </Form.Item>
    );
  return (
    <>
      <Form.Item
        name="basis"
        label={t("grounds.basis")}
        extra={chosen?.provision}
        rules={required(t("grounds.basisMissing"))}
      >
        <Select
          data-testid={`${prefix}-basis`}
          options={bases.map((basis) => ({ value: basis.code, label: localized(basis.name) }))}
        />
      </Form.Item>
      <div className="rq-form-grid">
        <Form.Item name="caseNo" label={t("grounds.caseNo")} rules={required(t("grounds.caseNoMissing"))}>
          <Input maxLength={100} data-testid={`${prefix}-case`} />
        </Form.Item>
        <Form.Item name="officer" label={t("grounds.officer")} rules={required(t("grounds.officerMissing"))}>
          <Input maxLength={60} data-testid={`${prefix}-officer`} />
        </Form.Item>
      </div>
      {chosen && chosen.withholdDays > 0 && (
        <div className="rq-form-grid">
          <Form.Item
            name="withholdDays"
            label={t("grounds.withholdDays")}
            extra={t("grounds.withholdHint", { count: chosen.withholdDays })}
          >
            <InputNumber min={1} max={chosen.withholdDays} precision={0} />
          </Form.Item>
          <Form.Item
            name="withholdReason"
            label={t("grounds.withholdReason")}
            dependencies={["withholdDays"]}
            rules={[
              ({ getFieldValue }) => ({
                required: Boolean(getFieldValue("withholdDays")),
                message: t("grounds.withholdReasonMissing"),
              }),
            ]}
          >
            <Input maxLength={300} />
          </Form.Item>
        </div>
      )}
    </>
  );
}
