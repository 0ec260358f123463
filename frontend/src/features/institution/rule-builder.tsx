import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { codesOf } from "../../lib/code-names.ts";
import {
  type ConditionDraft,
  type IndicatorChoice,
  type Operator,
  operatorsFor,
  type RuleDraft,
  type Unit,
} from "./rule-draft.ts";

/** Units that are said behind the value. */
const SHOWN_UNITS: readonly Unit[] = ["fen", "months", "kwh", "sqm", "bps", "date"];

interface Props {
  value: RuleDraft;
  onChange: (draft: RuleDraft) => void;
  indicators: readonly IndicatorChoice[];
  /** Positions of the conditions whose value can't be read. */
  faults: readonly number[];
}

/** Who may take the product: a list of conditions on the enterprise's indicators. */
export function RuleBuilder({ value, onChange, indicators, faults }: Props) {
  const { t } = useTranslation("institution");
  const setCondition = (at: number, change: Partial<ConditionDraft>) =>
    onChange({ ...value, conditions: value.conditions.map((old, i) => (i === at ? { ...old, ...change } : old)) });
  return (
    <Flex vertical gap={12}>
      <Flex gap={8} align="center" wrap>
        <Typography.Text>{t("rule.combine")}</Typography.Text>
        <Select
          value={value.combine}
          onChange={(combine) => onChange({ ...value, combine })}
          data-testid="product-rule-combine"
          aria-label={t("rule.combine")}
          options={[
            { value: "all", label: t("rule.all") },
            { value: "any", label: t("rule.any") },
          ]}
        />
      </Flex>
      {value.conditions.map((condition, i) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
          key={i}
          position={i}
          condition={condition}
          indicators={indicators}
          faulty={faults.includes(i)}
          onChange={(change) => setCondition(i, change)}
          onRemove={
            value.conditions.length > 1
              ? () => onChange({ ...value, conditions: value.conditions.filter((_, at) => at !== i) })
              : undefined
          }
        />
      ))}
      <Button
        icon={<PlusOutlined />}
        onClick={() =>
          onChange({ ...value, conditions: [...value.conditions, { indicator: "", op: "eq", value: "" }] })
        }
        data-testid="product-rule-add"
        disabled={value.conditions.length >= 30}
      >
        {t("rule.add")}
      </Button>
    </Flex>
  );
}

interface RowProps {
  position: number;
  condition: ConditionDraft;
  indicators: readonly IndicatorChoice[];
  faulty: boolean;
  onChange: (change: Partial<ConditionDraft>) => void;
  onRemove: (() => void) | undefined;
}

function ConditionRow({ position, condition, indicators, faulty, onChange, onRemove }: RowProps) {
  const { t, i18n } = useTranslation("institution");
  const known = indicators.find((indicator) => indicator.id === condition.indicator);
  const unit: Unit = known?.unit ?? "text";
  const nameOf = (indicator: IndicatorChoice) =>
    i18n.language.startsWith("zh") ? indicator.name.zh : indicator.name.en;
  const id = `product-rule-${position}`;
  const chosen = condition.value.split(",").filter((value) => value !== "");
  const flags = [
    { value: "true", label: t("rule.yes") },
    { value: "false", label: t("rule.no") },
  ];
  const choices = unit === "flag" ? flags : codesOf(condition.indicator);

  function choose(indicator: string) {
    const known = indicators.find((candidate) => candidate.id === indicator);
    onChange({ indicator, value: "", op: operatorsFor(known?.unit ?? "text")[0] ?? "eq" });
  }

  return (
    <Flex gap={8} wrap align="flex-start" role="group" aria-label={t("rule.condition", { number: position + 1 })}>
      <Select
        value={condition.indicator === "" ? null : condition.indicator}
        onChange={(indicator: string | null) => indicator && choose(indicator)}
        options={indicators.map((indicator) => ({ value: indicator.id, label: nameOf(indicator) }))}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("rule.indicator")}
        aria-label={t("rule.indicator")}
        data-testid={`${id}-indicator`}
        status={faulty && condition.indicator === "" ? "error" : ""}
        style={{ flex: "2 1 220px" }}
      />
      <Select
        value={condition.op}
        onChange={(op: Operator) =>
          // A list of codes becomes one when the comparison takes one.
          onChange({ op, value: choices && op !== "in" ? (chosen[0] ?? "") : condition.value })
        }
        options={operatorsFor(unit).map((op) => ({ value: op, label: t(`common:op.${op}`) }))}
        aria-label={t("rule.operator")}
        data-testid={`${id}-op`}
        style={{ flex: "0 1 130px" }}
      />
      {choices ? (
        <Select
          {...(condition.op === "in" ? { mode: "multiple" as const } : {})}
          value={condition.op === "in" ? chosen : (chosen[0] ?? null)}
          onChange={(value: string | string[] | null) => onChange({ value: [value ?? ""].flat().join(",") })}
          options={choices}
          showSearch={{ optionFilterProp: "label" }}
          placeholder={t("rule.value")}
          aria-label={t("rule.value")}
          data-testid={`${id}-value`}
          status={faulty ? "error" : ""}
          style={{ flex: "1 1 160px" }}
        />
      ) : (
        <Input
          value={condition.value}
          onChange={(event) => onChange({ value: event.target.value })}
          placeholder={condition.op === "between" ? t("rule.twoValues") : t("rule.value")}
          suffix={SHOWN_UNITS.includes(unit) ? t(`rule.unit.${unit}`) : undefined}
          aria-label={t("rule.value")}
          aria-invalid={faulty}
          data-testid={`${id}-value`}
          status={faulty ? "error" : ""}
          style={{ flex: "1 1 160px" }}
        />
      )}
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t("rule.remove")}
        onClick={onRemove}
        disabled={!onRemove}
        data-testid={`${id}-remove`}
      />
    </Flex>
  );
}
