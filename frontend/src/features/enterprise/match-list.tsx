import { Card, Collapse, Descriptions, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { MatchView } from "../../../../backend/features/matching/matching-schemas.ts";
import { formatBps, formatFenShort, localized } from "../../lib/format.ts";
import { MatchReasons } from "./match-reasons.tsx";
import "./enterprise.css";

const colors = { eligible: "green", notEligible: "default", unknown: "gold" } as const;

function MatchCard({ match }: { match: MatchView }) {
  const { t } = useTranslation("enterprise");
  const { product } = match;
  return (
    <Card
      size="small"
      title={localized(product.name)}
      extra={<Tag color={colors[match.verdict]}>{t(`common:verdict.${match.verdict}`)}</Tag>}
      data-testid={`match-${product.id}`}
      data-verdict={match.verdict}
    >
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: "institution", label: t("common:institution"), children: product.institution.name },
          { key: "rate", label: t("match.rate"), children: <strong>{formatBps(product.annualRateBps)}</strong> },
          {
            key: "amount",
            label: t("match.amount"),
            children: `${formatFenShort(product.amountMinFen)} – ${formatFenShort(product.amountMaxFen)}`,
          },
          {
            key: "term",
            label: t("common:term"),
            children: `${product.termMonthsMin} – ${t("common:months", { count: product.termMonthsMax })}`,
          },
          {
            key: "repayment",
            label: t("request.repaymentMethod"),
            children: product.repaymentMethods.map((method) => t(`common:repaymentMethod.${method}`)).join(" / "),
          },
        ]}
      />
      {match.missing.length > 0 && (
        <div className="rq-missing">
          <strong>{t("match.missing")}</strong>
          <MatchReasons reasons={match.missing} />
        </div>
      )}
      <Collapse
        ghost
        size="small"
        items={[
          {
            key: "reasons",
            label: t("match.reasons", { count: match.reasons.length }),
            children: <MatchReasons reasons={match.reasons} />,
          },
        ]}
      />
    </Card>
  );
}

/** Products in the server's order, those that fit first. */
export const MatchList = ({ matches }: { matches: MatchView[] }) => (
  <div className="rq-matches">
    {matches.map((match) => (
      <MatchCard key={match.product.id} match={match} />
    ))}
  </div>
);
