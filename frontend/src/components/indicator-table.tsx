import { Button, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { IndicatorView } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatCount, formatDate, formatValue, localized } from "../lib/format.ts";

/** Indicators with value, source department and date; `onRecords` opens the records behind one. */
export function IndicatorTable(props: { indicators: IndicatorView[]; onRecords?: (indicator: IndicatorView) => void }) {
  const { t } = useTranslation();
  const { onRecords } = props;
  return (
    <Table<IndicatorView>
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: 620 }}
      dataSource={props.indicators}
      onRow={(indicator) => ({ "data-testid": `indicator-${indicator.id}` }) as object}
      columns={[
        {
          title: t("profile.indicator"),
          key: "name",
          width: "30%",
          render: (_, indicator) => localized(indicator.name),
        },
        {
          title: t("profile.value"),
          key: "value",
          width: "22%",
          render: (_, indicator) =>
            indicator.value === null ? (
              <Typography.Text type="secondary">{t("unknown")}</Typography.Text>
            ) : (
              <strong className="rq-figure">{formatValue(indicator.value, indicator.unit)}</strong>
            ),
        },
        {
          title: t("profile.source"),
          key: "source",
          render: (_, { source }) => (
            <>
              <div>{localized(source.departmentName)}</div>
              <Typography.Text type="secondary" className="rq-small">
                {localized(source.catalogName)}
              </Typography.Text>
            </>
          ),
        },
        {
          title: t("profile.asOf"),
          key: "asOf",
          width: 120,
          render: (_, indicator) => (indicator.asOf ? formatDate(indicator.asOf) : "—"),
        },
        {
          title: t("profile.records"),
          key: "records",
          width: 110,
          render: (_, indicator) =>
            onRecords && indicator.recordIds.length > 0 ? (
              <Button
                type="link"
                size="small"
                className="rq-inline-button"
                onClick={() => onRecords(indicator)}
                data-testid={`indicator-records-${indicator.id}`}
                aria-label={t("profile.openRecords", { name: localized(indicator.name) })}
              >
                {t("profile.recordCount", { count: indicator.recordCount })}
              </Button>
            ) : (
              formatCount(indicator.recordCount)
            ),
        },
      ]}
    />
  );
}
