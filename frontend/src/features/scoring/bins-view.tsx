import { Card, Collapse, Space, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { binText } from "../../../../backend/features/scoring/domain/wording.ts";
import type { ScorecardDetail } from "../../../../backend/features/scoring/score-schemas.ts";
import { DataTable } from "../../components/data-table.tsx";
import { localized } from "../../lib/format.ts";

/** Everything that a scorecard does: its bins, and what each is worth. */
export function BinsView({ card }: { card: ScorecardDetail }) {
  const { t } = useTranslation("scoring");
  const { scorecard, indicators } = card;
  return (
    <Card title={t("bins.title", { base: scorecard.basePoints })} data-testid="scorecard-bins">
      <Collapse
        items={scorecard.characteristics.map((characteristic) => {
          const { indicatorId, informationValue, changeable, unknown } = characteristic;
          const { name, unit } = indicators.find(({ id }) => id === indicatorId)!;
          const rows = [...characteristic.bins, { ...unknown, id: "unknown" }].map((bin) => ({
            id: bin.id,
            text: localized(binText(characteristic, bin.id, unit)),
            points: bin.points,
            woe: bin.woe,
            share: `${(bin.sharePpm / 10_000).toFixed(1)}%`,
          }));
          return {
            key: indicatorId,
            label: (
              <Space wrap>
                {localized(name)}
                <Tag>{t("bins.value", { iv: Number(informationValue).toFixed(3) })}</Tag>
                {!changeable && <Tag>{t("bins.fixed")}</Tag>}
                {!unknown.observed && <Tag>{t("bins.unknownAverage")}</Tag>}
              </Space>
            ),
            children: (
              <DataTable
                label={localized(name)}
                rows={rows}
                rowKey={(row) => row.id}
                testId={`bins-${indicatorId}`}
                columns={[
                  { key: "bin", title: t("points.bin"), lead: true, render: (row) => row.text },
                  {
                    key: "points",
                    title: t("points.points"),
                    align: "right",
                    render: (row) => <strong>{row.points}</strong>,
                  },
                  { key: "woe", title: t("bins.woe"), align: "right", render: (row) => row.woe },
                  { key: "share", title: t("bins.share"), align: "right", render: (row) => row.share },
                ]}
              />
            ),
          };
        })}
      />
    </Card>
  );
}
