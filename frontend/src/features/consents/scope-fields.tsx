import { Form, Input, InputNumber, Radio, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import {
  type ConsentPurpose,
  consentPurposes,
  purposeRule,
} from "../../../../backend/features/consents/domain/consent-purposes.ts";

import "../enterprise/enterprise.css";

type Terms = ConsentView["terms"];
type Per = NonNullable<Terms["frequency"]>["per"];

/** What the fields below hold. What is left empty is not said: then the purpose's limit holds. */
export interface ScopeWish {
  purpose: ConsentPurpose;
  mode: Terms["mode"];
  days: number;
  reads?: number | null;
  per: Per;
  dataLifeDays?: number | null;
  dataFrom?: string;
  dataTo?: string;
}

export const FIRST_SCOPE: ScopeWish = { purpose: "creditReview", mode: "periodic", days: 30, per: "day" };
const DAYS = [7, 30, 90, 180, 365, 730, 1_095];
const PERS = ["day", "week", "month"] as const;

/** The wish as terms say it. */
export function scopeOf(
  wish: ScopeWish,
): Pick<Terms, "purpose" | "mode" | "frequency" | "dataLifeDays" | "dataFrom" | "dataTo"> {
  return {
    purpose: wish.purpose,
    mode: wish.mode,
    ...(wish.mode === "periodic" && wish.reads ? { frequency: { count: wish.reads, per: wish.per } } : {}),
    ...(wish.dataLifeDays ? { dataLifeDays: wish.dataLifeDays } : {}),
    ...(wish.dataFrom ? { dataFrom: wish.dataFrom } : {}),
    ...(wish.dataTo ? { dataTo: wish.dataTo } : {}),
  };
}

/** What for, how long, how often, of which time, and how long copies may be kept. */
export function ScopeFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<ScopeWish>();
  const purpose = Form.useWatch("purpose", form) ?? FIRST_SCOPE.purpose;
  const mode = Form.useWatch("mode", form) ?? FIRST_SCOPE.mode;
  const per = Form.useWatch("per", form) ?? FIRST_SCOPE.per;
  const { maxDays, maxReads, maxDataLifeDays } = purposeRule(purpose);
  return (
    <>
      <div className="rq-form-grid">
        <Form.Item name="purpose" label={t("consentScope.purpose")}>
          <Select
            data-testid="consent-purpose"
            options={consentPurposes.map((value) => ({ value, label: t(`consentPurpose.${value}`) }))}
            onChange={() => form.setFieldsValue({ days: FIRST_SCOPE.days, reads: null, dataLifeDays: null })}
          />
        </Form.Item>
        <Form.Item name="days" label={t("consentScope.days")}>
          <Select
            data-testid="consent-days"
            options={DAYS.filter((count) => count <= maxDays).map((count) => ({
              value: count,
              label: t("consentScope.dayCount", { count }),
            }))}
          />
        </Form.Item>
        <Form.Item name="mode" label={t("consentScope.mode")}>
          <Radio.Group
            className="rq-choices"
            options={(["periodic", "once"] as const).map((value) => ({ value, label: t(`consentMode.${value}`) }))}
          />
        </Form.Item>
      </div>
      <div className="rq-form-grid">
        {mode === "periodic" && (
          <Form.Item label={t("consentScope.frequency")} htmlFor="consent-reads">
            <Space.Compact block>
              <Form.Item name="reads" noStyle>
                <InputNumber
                  id="consent-reads"
                  min={1}
                  max={maxReads[per]}
                  precision={0}
                  style={{ width: "70%" }}
                  placeholder={t("consentScope.atMost", { count: maxReads[per] })}
                  data-testid="consent-reads"
                />
              </Form.Item>
              <Form.Item name="per" noStyle>
                <Select
                  style={{ width: "30%" }}
                  aria-label={t("consentScope.frequency")}
                  options={PERS.map((value) => ({ value, label: t(`consentPer.${value}`) }))}
                />
              </Form.Item>
            </Space.Compact>
          </Form.Item>
        )}
        <Form.Item name="dataLifeDays" label={t("consentScope.dataLife")}>
          <InputNumber
            min={1}
            max={maxDataLifeDays}
            precision={0}
            style={{ width: "100%" }}
            placeholder={t("consentScope.atMost", { count: maxDataLifeDays })}
            data-testid="consent-data-life"
          />
        </Form.Item>
        <Form.Item name="dataFrom" label={t("consentScope.dataFrom")}>
          <Input type="date" data-testid="consent-data-from" />
        </Form.Item>
        <Form.Item name="dataTo" label={t("consentScope.dataTo")}>
          <Input type="date" data-testid="consent-data-to" />
        </Form.Item>
      </div>
    </>
  );
}
