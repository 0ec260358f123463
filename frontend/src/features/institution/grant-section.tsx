import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Col, DatePicker, Flex, Form, Input, Row, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type { GrantView } from "../../../../backend/features/grants/grant-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { AmountInput } from "../../components/amount-input.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ReceiptTag } from "../../components/receipt-tag.tsx";
import { api } from "../../lib/api.ts";
import { formatFen } from "../../lib/format.ts";
import { grantsQuery } from "../../lib/queries.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { signGrant } from "./signed-acts.ts";

/** After the award: the grant, or the form that signs it. */
export function GrantSection({ request, bid }: { request: RequestView; bid: BidView }) {
  const { t } = useTranslation("institution");
  const query = useQuery(grantsQuery());
  return (
    <QueryView query={query}>
      {({ items }) => {
        const grant = items.find((candidate) => candidate.requestId === request.id);
        if (grant) return <GrantDone grant={grant} />;
        if (request.state === "awarded") return <GrantForm request={request} bid={bid} />;
        return <Card>{t("grant.elsewhere")}</Card>;
      }}
    </QueryView>
  );
}

function GrantDone({ grant }: { grant: GrantView }) {
  const { t } = useTranslation("institution");
  const queries = useQueryClient();
  return (
    <Card title={t("grant.done")} data-testid="grant-done">
      <Flex vertical gap={12} align="flex-start">
        <Typography.Text>
          {t("grant.doneDetail", { amount: formatFen(grant.amountFen), contract: grant.terms.contractNumber })}
        </Typography.Text>
        <ReceiptTag
          receipt={grant.receipt}
          onSettled={() => void queries.invalidateQueries({ queryKey: ["grants"] })}
        />
        <Link to={`/institution/grants/${grant.id}`} data-testid="grant-open">
          {t("grant.open")}
        </Link>
      </Flex>
    </Card>
  );
}

interface GrantFormValues {
  contractNumber?: string;
  amountFen?: string;
  expiresAt?: Dayjs;
}

function GrantForm({ request, bid }: { request: RequestView; bid: BidView }) {
  const { t } = useTranslation("institution");
  const { participant } = useSignedIn();
  const meta = useMeta();
  const signer = useSigner();
  const queries = useQueryClient();

  const send = useAction(async ({ contractNumber, amountFen, expiresAt }: GrantFormValues) => {
    if (!contractNumber || !amountFen || !expiresAt) throw new Error(t("grant.incomplete"));
    const { input } = await signGrant(
      { institution: participant.address ?? bid.institution.address, sign: signer.sign, meta },
      { requestKey: request.requestKey, bidHash: bid.bidHash },
      { ...bid.terms, amountFen, bidId: bid.id, contractNumber: contractNumber.trim() },
      expiresAt.endOf("day").toDate(),
    );
    await api.post<GrantView>(`/requests/${encodeURIComponent(request.id)}/grants`, input);
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["grants"] }),
      queries.invalidateQueries({ queryKey: ["requests"] }),
    ]);
  });

  const required = [{ required: true, message: t("required") }];
  return (
    <Card title={t("grant.title")} data-testid="grant-form">
      <Typography.Paragraph type="secondary">{t("grant.intro")}</Typography.Paragraph>
      <Form<GrantFormValues>
        layout="vertical"
        requiredMark={false}
        disabled={send.pending}
        onFinish={(values) => void send.run(values)}
        initialValues={{ amountFen: bid.terms.amountFen, expiresAt: dayjs().add(bid.terms.termMonths, "month") }}
      >
        <Row gutter={16}>
          <Col xs={24} md={8}>
            <Form.Item name="contractNumber" label={t("grant.contractNumber")} rules={[...required, { max: 60 }]}>
              <Input maxLength={60} data-testid="grant-contract" autoComplete="off" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item
              name="amountFen"
              label={t("grant.amount")}
              rules={[
                ...required,
                {
                  validator: (_, fen?: string) =>
                    fen && BigInt(fen) > BigInt(bid.terms.amountFen)
                      ? Promise.reject(new Error(t("grant.amountTooHigh")))
                      : Promise.resolve(),
                },
              ]}
            >
              <AmountInput data-testid="grant-amount" />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item name="expiresAt" label={t("grant.expiresAt")} rules={required} extra={t("grant.expiresAtHelp")}>
              <DatePicker
                style={{ width: "100%" }}
                minDate={dayjs().add(1, "day")}
                allowClear={false}
                data-testid="grant-expires-at"
              />
            </Form.Item>
          </Col>
        </Row>
        {send.error !== undefined && <ProblemAlert error={send.error} />}
        <Button type="primary" size="large" htmlType="submit" loading={send.pending} data-testid="grant-submit">
          {t("grant.submit")}
        </Button>
      </Form>
    </Card>
  );
}
