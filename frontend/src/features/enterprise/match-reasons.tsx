import { CheckCircleFilled, CloseCircleFilled, QuestionCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { MatchView } from "../../../../backend/features/matching/matching-schemas.ts";
import { formatDate, formatValue, localized } from "../../lib/format.ts";
import { DisputedTag } from "../objections/disputed-tag.tsx";

type Reason = MatchView["reasons"][number];

const icons = {
  eligible: <CheckCircleFilled className="rq-pass" />,
  notEligible: <CloseCircleFilled className="rq-fail" />,
  unknown: <QuestionCircleFilled className="rq-unsure" />,
};

/** The words for the codes of a request; other values by their unit. */
const REQUEST_CODES: Record<string, string> = {
  "request.repaymentMethod": "repaymentMethod",
  "request.purpose": "purposeCode",
};

function useReasonValue() {
  const { t } = useTranslation();
  return ({ condition, unit }: Reason, value: Reason["value"]): string => {
    const codes = REQUEST_CODES[condition.indicator];
    return codes && value !== null ? t(`${codes}.${value}`, { defaultValue: String(value) }) : formatValue(value, unit);
  };
}

/** "at least 1,000.00 yuan", "between 12 and 36". */
function useExpectation() {
  const { t } = useTranslation();
  const textOf = useReasonValue();
  return (reason: Reason): string => {
    const { condition } = reason;
    const values = (Array.isArray(condition.value) ? condition.value : [condition.value]).map((value) =>
      textOf(reason, value),
    );
    const joined = condition.op === "between" ? values.join(" – ") : values.join(t("listSeparator"));
    return `${t(`op.${condition.op}`)} ${joined}`;
  };
}

/** Each condition of a product with the value, source and date behind it. */
export function MatchReasons({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation("enterprise");
  const expectation = useExpectation();
  const textOf = useReasonValue();
  return (
    <ul className="rq-reasons">
      {reasons.map((reason) => (
        <li key={`${reason.condition.indicator}:${reason.condition.op}:${String(reason.condition.value)}`}>
          {icons[reason.verdict]}
          <div>
            <div>
              {localized(reason.name)} {expectation(reason)}
            </div>
            <div className="rq-small rq-soft">
              {t("match.yours")} {textOf(reason, reason.value)}
              {reason.departmentName && ` · ${localized(reason.departmentName)}`}
              {reason.asOf && ` · ${formatDate(reason.asOf)}`} {reason.disputed && <DisputedTag />}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
