import { useTranslation } from "react-i18next";
import type { Condition, EligibilityRule } from "../../../../backend/features/products/product-schemas.ts";
import { formatIndicator } from "../../lib/code-names.ts";
import { localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { RULE_INDICATORS } from "./rule-indicators.ts";
import "./institution.css";

/** An eligibility rule in words. */
export function RuleText({ rule }: { rule: EligibilityRule }) {
  const { t } = useTranslation("institution");
  if ("all" in rule || "any" in rule) {
    const parts = "all" in rule ? rule.all : rule.any;
    const heading = t("all" in rule ? "rule.allOf" : "rule.anyOf");
    return (
      <div className="rule-text">
        {parts.length > 1 && <span className="rule-text-heading">{heading}</span>}
        <ul>
          {parts.map((part, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a published rule never move
            <li key={i}>
              <RuleText rule={part} />
            </li>
          ))}
        </ul>
      </div>
    );
  }
  if ("not" in rule)
    return (
      <div className="rule-text">
        <span className="rule-text-heading">{t("rule.notOf")}</span>
        <RuleText rule={rule.not} />
      </div>
    );
  return <ConditionText condition={rule} />;
}

function ConditionText({ condition }: { condition: Condition }) {
  const { t } = useTranslation("institution");
  const indicator = RULE_INDICATORS.find((known) => known.id === condition.indicator);
  const values = Array.isArray(condition.value) ? condition.value : [condition.value];
  const shown = values.map((value) => formatIndicator(condition.indicator, value, indicator?.unit ?? "text"));
  return (
    <>
      {indicator ? localized(indicator.name) : condition.indicator} {t(`common:op.${condition.op}`)}{" "}
      {condition.op === "between" ? shown.join(" – ") : listText(shown)}
    </>
  );
}
