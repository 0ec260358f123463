import { SignatureOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Descriptions, Space } from "antd";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { formatDate, formatFen } from "../../lib/format.ts";
import { afterDays } from "../../lib/time.ts";
import { matchesQuery } from "./queries.ts";
import type { RequestWish } from "./request-form.tsx";
import type { RequestTerms } from "./signed-acts.ts";

/** What will be signed, in words, before it is. */
export function RequestPreview(props: {
  terms: RequestTerms;
  wish: RequestWish;
  pending: boolean;
  error: unknown;
  onBack(): void;
  onSign(): void;
}) {
  const { t } = useTranslation("enterprise");
  const { terms, wish } = props;
  const matches = useQuery(matchesQuery({ amountFen: terms.amountFen, termMonths: terms.termMonths })).data;
  const fitting = matches?.items.filter(({ verdict }) => verdict === "eligible").length;
  return (
    <div className="rq-stack" data-testid="request-preview">
      <Descriptions
        bordered
        size="small"
        column={1}
        items={[
          { key: "enterprise", label: t("common:enterprise"), children: terms.enterprise.name },
          { key: "uscc", label: t("common:uscc"), children: <span className="rq-code">{terms.enterprise.uscc}</span> },
          { key: "amount", label: t("common:amount"), children: <strong>{formatFen(terms.amountFen)}</strong> },
          { key: "term", label: t("common:term"), children: t("common:months", { count: terms.termMonths }) },
          { key: "purpose", label: t("common:purpose"), children: t(`common:purposeCode.${terms.purpose}`) },
          {
            key: "repayment",
            label: t("request.repaymentMethod"),
            children: t(`common:repaymentMethod.${terms.repaymentMethod}`),
          },
          { key: "description", label: t("common:description"), children: terms.description || "—" },
          {
            key: "closesAt",
            label: t("common:closesAt"),
            children: formatDate(afterDays(wish.biddingDays).toISOString()),
          },
          {
            key: "expiresAt",
            label: t("common:expiresAt"),
            children: formatDate(afterDays(wish.validDays).toISOString()),
          },
        ]}
      />
      {fitting !== undefined && <Alert type="info" showIcon title={t("new.fitting", { count: fitting })} />}
      <Alert
        type="info"
        showIcon
        icon={<SignatureOutlined />}
        title={t("new.signing")}
        description={t("new.signingText")}
      />
      {props.error !== undefined && <ProblemAlert error={props.error} />}
      <Space>
        <Button onClick={props.onBack} disabled={props.pending} data-testid="request-back">
          {t("common:previous")}
        </Button>
        <Button type="primary" loading={props.pending} onClick={props.onSign} data-testid="request-submit">
          {t("new.submit")}
        </Button>
      </Space>
    </div>
  );
}
