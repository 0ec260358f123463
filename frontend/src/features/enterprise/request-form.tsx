import { Button, Form, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { purposeCode, repaymentMethod, requestTerms } from "../../../../backend/features/requests/request-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { schemaRule } from "../../lib/schema-rule.ts";
import type { RequestTerms } from "./signed-acts.ts";

export interface RequestWish {
  amountFen: string;
  termMonths: number;
  purpose: RequestTerms["purpose"];
  repaymentMethod: RequestTerms["repaymentMethod"];
  description?: string;
  biddingDays: number;
  validDays: number;
}

const BIDDING_DAYS = [1, 3, 7, 14, 30];
const VALID_DAYS = [30, 60, 90, 180];
const { shape } = requestTerms;

export function RequestForm(props: { initial: RequestWish | undefined; onNext(wish: RequestWish): void }) {
  const { t } = useTranslation("enterprise");
  const days = (choices: number[]) => choices.map((count) => ({ value: count, label: t("new.days", { count }) }));
  return (
    <Form<RequestWish>
      layout="vertical"
      requiredMark={false}
      scrollToFirstError
      initialValues={
        props.initial ?? {
          termMonths: 12,
          purpose: "workingCapital",
          repaymentMethod: "equalInstalment",
          biddingDays: 7,
          validDays: 60,
        }
      }
      onFinish={props.onNext}
    >
      <div className="rq-form-grid">
        <Form.Item
          name="amountFen"
          label={t("new.amount")}
          rules={[
            { required: true, message: t("new.amountMissing") },
            schemaRule(shape.amountFen, t("new.amountWrong")),
          ]}
        >
          <AmountInput data-testid="request-amount" />
        </Form.Item>
        <Form.Item
          name="termMonths"
          label={t("common:term")}
          rules={[{ required: true, message: t("new.termWrong") }, schemaRule(shape.termMonths, t("new.termWrong"))]}
        >
          <InputNumber
            min={1}
            max={360}
            precision={0}
            suffix={t("common:unit.months")}
            className="rq-amount"
            data-testid="request-term"
          />
        </Form.Item>
        <Form.Item name="purpose" label={t("common:purpose")} rules={[{ required: true }]}>
          <Select
            data-testid="request-purpose"
            options={purposeCode.options.map((value) => ({ value, label: t(`common:purposeCode.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="repaymentMethod" label={t("request.repaymentMethod")} rules={[{ required: true }]}>
          <Select
            data-testid="request-repayment"
            options={repaymentMethod.options.map((value) => ({ value, label: t(`common:repaymentMethod.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="biddingDays" label={t("new.bidding")} extra={t("new.biddingHint")}>
          <Select data-testid="request-bidding-days" options={days(BIDDING_DAYS)} />
        </Form.Item>
        <Form.Item name="validDays" label={t("new.valid")} extra={t("new.validHint")}>
          <Select data-testid="request-valid-days" options={days(VALID_DAYS)} />
        </Form.Item>
      </div>
      <Form.Item
        name="description"
        label={t("new.description")}
        extra={t("new.descriptionHint")}
        rules={[schemaRule(shape.description, t("new.descriptionLong"))]}
      >
        <Input.TextArea rows={3} maxLength={1000} showCount data-testid="request-description" />
      </Form.Item>
      <Button type="primary" htmlType="submit" data-testid="request-next">
        {t("common:next")}
      </Button>
    </Form>
  );
}
