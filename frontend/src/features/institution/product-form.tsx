import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Checkbox, Col, Flex, Form, Input, InputNumber, Row, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { ProductView, productInput } from "../../../../backend/features/products/product-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { purposeCodes, repaymentMethods } from "../../lib/choices.ts";
import { useAction } from "../../lib/use-action.ts";
import { RuleBuilder } from "./rule-builder.tsx";
import { annualRateBps, type RuleDraft, ruleOf } from "./rule-draft.ts";
import { RULE_INDICATORS } from "./rule-indicators.ts";

type ProductInput = z.infer<typeof productInput>;

interface Values {
  code: string;
  nameZh: string;
  nameEn: string;
  amountMinFen: string;
  amountMaxFen: string;
  termMonthsMin: number;
  termMonthsMax: number;
  ratePercent: string;
  repaymentMethods: ProductInput["repaymentMethods"];
  purposes: string[];
}

const FIRST_RULE: RuleDraft = { combine: "all", conditions: [{ indicator: "", op: "eq", value: "" }] };

/** Publishes a product with its eligibility rule. */
export function ProductForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("institution");
  const queries = useQueryClient();
  const [rule, setRule] = useState(FIRST_RULE);
  const [faults, setFaults] = useState<number[]>([]);

  const publish = useAction(async (values: Values) => {
    const read = ruleOf(rule, (id) => RULE_INDICATORS.find((known) => known.id === id)?.unit ?? "text");
    const rateBps = annualRateBps(String(values.ratePercent));
    if ("faults" in read || rateBps === null) {
      setFaults("faults" in read ? read.faults : []);
      throw new Error(t("product.ruleFault"));
    }
    setFaults([]);
    const input: ProductInput = {
      code: values.code.trim(),
      name: { zh: values.nameZh.trim(), en: values.nameEn.trim() },
      amountMinFen: values.amountMinFen,
      amountMaxFen: values.amountMaxFen,
      termMonthsMin: values.termMonthsMin,
      termMonthsMax: values.termMonthsMax,
      annualRateBps: rateBps,
      repaymentMethods: values.repaymentMethods,
      purposes: values.purposes,
      eligibility: read.rule,
    };
    await api.post<ProductView>("/products", input);
    await queries.invalidateQueries({ queryKey: ["products"] });
    onClose();
  });

  const required = { required: true, message: t("required") };
  return (
    <Card title={t("product.new")} data-testid="product-form">
      <Form<Values>
        layout="vertical"
        requiredMark={false}
        disabled={publish.pending}
        onFinish={(values) => void publish.run(values)}
        initialValues={{ repaymentMethods: ["equalInstalment"], purposes: [], termMonthsMin: 6, termMonthsMax: 36 }}
      >
        <Row gutter={16}>
          <Col xs={24} md={8}>
            <Form.Item name="nameZh" label={t("product.nameZh")} rules={[required]}>
              <Input maxLength={60} data-testid="product-name-zh" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="nameEn" label={t("product.nameEn")} rules={[required]}>
              <Input maxLength={80} data-testid="product-name-en" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item
              name="code"
              label={t("product.code")}
              rules={[required, { min: 2, message: t("product.codeShort") }]}
            >
              <Input maxLength={40} data-testid="product-code" />
            </Form.Item>
          </Col>
          <Col xs={24} sm={12} md={8}>
            <Form.Item name="amountMinFen" label={t("product.amountMin")} rules={[required]}>
              <AmountInput data-testid="product-amount-min" />
            </Form.Item>
          </Col>
          <Col xs={24} sm={12} md={8}>
            <Form.Item
              name="amountMaxFen"
              label={t("product.amountMax")}
              dependencies={["amountMinFen"]}
              rules={[
                required,
                ({ getFieldValue }) => ({
                  validator: (_, fen?: string) =>
                    fen && BigInt(fen) < BigInt(getFieldValue("amountMinFen") ?? 0)
                      ? Promise.reject(new Error(t("product.amountOrder")))
                      : Promise.resolve(),
                }),
              ]}
            >
              <AmountInput data-testid="product-amount-max" />
            </Form.Item>
          </Col>
          <Col xs={24} sm={12} md={8}>
            <Form.Item
              name="ratePercent"
              label={t("product.rate")}
              rules={[
                required,
                {
                  validator: (_, text?: string) =>
                    text && annualRateBps(String(text)) === null
                      ? Promise.reject(new Error(t("bid.rateFormat")))
                      : Promise.resolve(),
                },
              ]}
            >
              <InputNumber
                stringMode
                min="0"
                max="100"
                step="0.05"
                suffix="%"
                style={{ width: "100%" }}
                data-testid="product-rate"
              />
            </Form.Item>
          </Col>
          <Col xs={12} md={8}>
            <Form.Item name="termMonthsMin" label={t("product.termMin")} rules={[required]}>
              <InputNumber
                min={1}
                max={360}
                precision={0}
                suffix={t("common:unit.months")}
                style={{ width: "100%" }}
                data-testid="product-term-min"
              />
            </Form.Item>
          </Col>
          <Col xs={12} md={8}>
            <Form.Item
              name="termMonthsMax"
              label={t("product.termMax")}
              dependencies={["termMonthsMin"]}
              rules={[
                required,
                ({ getFieldValue }) => ({
                  validator: (_, months?: number) =>
                    months !== undefined && months < (getFieldValue("termMonthsMin") ?? 0)
                      ? Promise.reject(new Error(t("product.termOrder")))
                      : Promise.resolve(),
                }),
              ]}
            >
              <InputNumber
                min={1}
                max={360}
                precision={0}
                suffix={t("common:unit.months")}
                style={{ width: "100%" }}
                data-testid="product-term-max"
              />
            </Form.Item>
          </Col>
          <Col xs={24}>
            <Form.Item
              name="repaymentMethods"
              label={t("product.methods")}
              // Not "required": a group of boxes may not carry aria-required.
              rules={[
                {
                  validator: (_, chosen?: string[]) =>
                    chosen?.length ? Promise.resolve() : Promise.reject(new Error(t("required"))),
                },
              ]}
            >
              <Checkbox.Group
                data-testid="product-methods"
                options={repaymentMethods.map((value) => ({
                  value,
                  label: t(`common:repaymentMethod.${value}`),
                }))}
              />
            </Form.Item>
          </Col>
          <Col xs={24}>
            <Form.Item name="purposes" label={t("product.purposes")} extra={t("product.purposesHelp")}>
              <Checkbox.Group
                data-testid="product-purposes"
                options={purposeCodes.map((value) => ({ value, label: t(`common:purposeCode.${value}`) }))}
              />
            </Form.Item>
          </Col>
        </Row>
        <Typography.Title level={3} style={{ fontSize: 16 }}>
          {t("product.eligibility")}
        </Typography.Title>
        <RuleBuilder value={rule} onChange={setRule} indicators={RULE_INDICATORS} faults={faults} />
        <div className="rq-stack" style={{ marginTop: 20 }}>
          {publish.error !== undefined && <ProblemAlert error={publish.error} />}
          <Flex gap={12}>
            <Button type="primary" htmlType="submit" loading={publish.pending} data-testid="product-submit">
              {t("products.publish")}
            </Button>
            <Button onClick={onClose} data-testid="product-cancel">
              {t("common:cancel")}
            </Button>
          </Flex>
        </div>
      </Form>
    </Card>
  );
}
