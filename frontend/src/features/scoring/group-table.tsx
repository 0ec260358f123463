import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { impactGroup } from "../../../../backend/features/scoring/training-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatIndicator } from "../../lib/code-names.ts";
import { formatCount } from "../../lib/format.ts";

type Group = z.infer<typeof impactGroup>;
const COLOURS = { reference: "blue", fair: "green", adverse: "red", tooFew: "default" } as const;
const rate = (bps: number): string => `${(bps / 100).toFixed(1)}%`;

/** Rates of groups against the best one's, by the four-fifths rule. `by` names the grouping, or its indicator. */
export function GroupTable({ groups, by }: { groups: readonly Group[]; by: string }) {
  const { t } = useTranslation("scoring");
  const nameOf = (group: string): string => {
    if (by === "industry") return `${group} · ${t(`industry.${group}`, { defaultValue: group })}`;
    if (by === "size") return t(`size.${group}`, { defaultValue: group });
    const indicator = by === "district" ? "identity.districtCode" : by;
    return group === "unknown" ? t("common:unknown") : formatIndicator(indicator, group, "code");
  };
  const columns: DataColumn<Group>[] = [
    { key: "group", title: t("fairness.group"), lead: true, render: (row) => nameOf(row.group) },
    { key: "total", title: t("fairness.total"), align: "right", render: (row) => formatCount(row.total) },
    {
      key: "favourable",
      title: t("fairness.favourable"),
      align: "right",
      render: (row) => formatCount(row.favourable),
    },
    { key: "rate", title: t("fairness.rate"), align: "right", render: (row) => rate(row.rateBps) },
    {
      key: "ratio",
      title: t("fairness.ratio"),
      align: "right",
      render: (row) => (row.ratioBps === null ? "—" : rate(row.ratioBps)),
    },
    {
      key: "verdict",
      title: t("fairness.verdictTitle"),
      render: (row) => <Tag color={COLOURS[row.verdict]}>{t(`fairness.verdict.${row.verdict}`)}</Tag>,
    },
  ];
  return <DataTable label={by} columns={columns} rows={groups} rowKey={(row) => row.group} testId={`groups-${by}`} />;
}
