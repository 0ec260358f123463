import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Col, DatePicker, Flex, Form, Input, InputNumber, Row, Select, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { repaymentMethods } from "../../lib/choices.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { BidPreview } from "./bid-preview.tsx";
import { FeeLines } from "./fee-lines.tsx";
import { annualRateBps } from "./rule-draft.ts";
import { type BidTerms, signBid } from "./signed-acts.ts";

export interface BidFormValues {
  amountFen?: string;
  ratePercent?: string;
  termMonths?: number;
  repaymentMethod?: RequestView["repaymentMethod"];
  fees?: Partial<BidTerms["fees"][number]>[];
  conditions?: string;
  validUntil?: Dayjs;
}

/** The terms of a filled form. Null while something needed is missing. */
export function termsOf(
  values: BidFormValues,
  request: Pick<RequestView, "id">,
  institution: BidTerms["institution"],
): BidTerms | null {
  const rateBps = annualRateBps(values.ratePercent ?? "");
  const fees = (values.fees ?? []).map((fee) => ({
    name: fee?.name?.trim() ?? "",
    payee: fee?.payee?.trim() ?? "",
    timing: fee?.timing ?? ("upfront" as const),
    amountFen: fee?.amountFen ?? "0",
  }));
  if (!values.amountFen || rateBps === null || !values.termMonths || !values.repaymentMethod) return null;
  return {
    requestId: request.id,
    institution,
    amountFen: values.amountFen,
    termMonths: values.termMonths,
    annualRateBps: rateBps,
    repaymentMethod: values.repaymentMethod,
    fees,
    conditions: values.conditions?.trim() ?? "",
  };
}

/** A sealed bid: signed here, seen by nobody but the enterprise. */
export function BidForm({ request }: { request: RequestView }) {
  const { t } = useTranslation("institution");
  const [form] = Form.useForm<BidFormValues>();
  const values = Form.useWatch([], form) as BidFormValues | undefined;
  const { participant } = useSignedIn();
  const meta = useMeta();
  const signer = useSigner();
  const queries = useQueryClient();
  const institution = { id: participant.id, name: participant.name };

  const send = useAction(async (filled: BidFormValues) => {
    const terms = termsOf(filled, request, institution);
    if (!terms || !filled.validUntil) throw new Error(t("bid.incomplete"));
    const address = participant.address ?? (await signer.unlock()).address;
    const { input } = await signBid(
      { institution: address, sign: signer.sign, meta },
      request.requestKey,
      terms,
      filled.validUntil.endOf("day").toDate(),
    );
    await api.post<BidView>(`/requests/${encodeURIComponent(request.id)}/bids`, input);
    await queries.invalidateQueries({ queryKey: ["requests"] });
  });

  const required = [{ required: true, message: t("required") }];
  const terms = values ? termsOf(values, request, institution) : null;
  return (
    <Card title={t("bid.title")} data-testid="bid-form">
      <Typography.Paragraph type="secondary">{t("bid.intro")}</Typography.Paragraph>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(filled) => void send.run(filled)}
        disabled={send.pending}
        initialValues={{
          amountFen: request.amountFen,
          termMonths: request.termMonths,
          repaymentMethod: request.repaymentMethod,
          fees: [],
          conditions: "",
          validUntil: dayjs(request.expiresAt),
        }}
      >
        <Row gutter={16}>
          <Col xs={24} md={8}>
            <Form.Item
              name="amountFen"
              label={t("bid.amount")}
              rules={[
                ...required,
                {
                  validator: (_, fen?: string) =>
                    fen && BigInt(fen) > BigInt(request.amountFen)
                      ? Promise.reject(new Error(t("bid.amountTooHigh")))
                      : Promise.resolve(),
                },
              ]}
            >
              <AmountInput data-testid="bid-amount" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item
              name="ratePercent"
              label={t("bid.rate")}
              rules={[
                ...required,
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
                data-testid="bid-rate"
              />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="termMonths" label={t("bid.term")} rules={required}>
              <InputNumber
                min={1}
                max={360}
                precision={0}
                suffix={t("common:unit.months")}
                style={{ width: "100%" }}
                data-testid="bid-term"
              />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="repaymentMethod" label={t("bid.method")} rules={required}>
              <Select
                data-testid="bid-method"
                options={repaymentMethods.map((value) => ({
                  value,
                  label: t(`common:repaymentMethod.${value}`),
                }))}
              />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="validUntil" label={t("bid.validUntil")} rules={required} extra={t("bid.validUntilHelp")}>
              <DatePicker
                style={{ width: "100%" }}
                minDate={dayjs(request.closesAt)}
                allowClear={false}
                data-testid="bid-valid-until"
              />
            </Form.Item>
          </Col>
        </Row>
        <FeeLines />
        <Form.Item name="conditions" label={t("bid.conditions")}>
          <Input.TextArea
            rows={2}
            maxLength={1000}
            placeholder={t("bid.conditionsHelp")}
            data-testid="bid-conditions"
          />
        </Form.Item>
        {terms && <BidPreview terms={terms} />}
        {send.error !== undefined && <ProblemAlert error={send.error} />}
        <Flex gap={12} align="center" wrap style={{ marginTop: 16 }}>
          <Button type="primary" size="large" htmlType="submit" loading={send.pending} data-testid="bid-submit">
            {t("bid.submit")}
          </Button>
          <Typography.Text type="secondary">{t("bid.sealedNote")}</Typography.Text>
        </Flex>
      </Form>
    </Card>
  );
}
