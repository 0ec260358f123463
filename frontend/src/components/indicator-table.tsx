import { Button, Grid, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { IndicatorView } from "../../../backend/features/profiles/profile-schemas.ts";
import { DisputedTag, StatementTag } from "../features/objections/disputed-tag.tsx";
import { formatIndicator } from "../lib/code-names.ts";
import { formatDate, localized } from "../lib/format.ts";

type Open = ((indicator: IndicatorView) => void) | undefined;

const Figure = ({ indicator }: { indicator: IndicatorView }) => {
  const { t } = useTranslation();
  const marks = (
    <>
      {indicator.disputed && <DisputedTag />}
      {indicator.statements?.map(({ objectionId, text }) => (
        <StatementTag key={objectionId} text={text} />
      ))}
    </>
  );
  return indicator.value === null ? (
    <Typography.Text type="secondary">{t("unknown")}</Typography.Text>
  ) : (
    <>
      <strong className="rq-figure">{formatIndicator(indicator.id, indicator.value, indicator.unit)}</strong> {marks}
    </>
  );
};

function RecordsButton({ indicator, onRecords }: { indicator: IndicatorView; onRecords: Open }) {
  const { t } = useTranslation();
  if (!onRecords || indicator.recordIds.length === 0)
    return <>{t("profile.recordCount", { count: indicator.recordCount })}</>;
  const count = t("profile.recordCount", { count: indicator.recordCount });
  return (
    <Button
      type="link"
      size="small"
      className="rq-inline-button"
      onClick={() => onRecords(indicator)}
      data-testid={`indicator-records-${indicator.id}`}
      aria-label={`${count} · ${t("profile.openRecords", { name: localized(indicator.name) })}`}
    >
      {count}
    </Button>
  );
}

/** The same in one column, for phones. */
function IndicatorList({ indicators, onRecords }: { indicators: IndicatorView[]; onRecords: Open }) {
  return (
    <ul className="rq-indicators">
      {indicators.map((indicator) => (
        <li key={indicator.id} data-testid={`indicator-${indicator.id}`}>
          <span>{localized(indicator.name)}</span>
          <Figure indicator={indicator} />
          <Typography.Text type="secondary" className="rq-small">
            {localized(indicator.source.departmentName)}
            {indicator.asOf && ` · ${formatDate(indicator.asOf)}`}
          </Typography.Text>
          <RecordsButton indicator={indicator} onRecords={onRecords} />
        </li>
      ))}
    </ul>
  );
}

/** Indicators with value, source department and date; `onRecords` opens the records behind one. */
export function IndicatorTable(props: { indicators: IndicatorView[]; onRecords?: (indicator: IndicatorView) => void }) {
  const { t } = useTranslation();
  const wide = Grid.useBreakpoint().md !== false;
  if (!wide) return <IndicatorList indicators={props.indicators} onRecords={props.onRecords} />;
  return (
    <Table<IndicatorView>
      size="small"
      rowKey="id"
      pagination={false}
      tableLayout="fixed"
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
          render: (_, indicator) => <Figure indicator={indicator} />,
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
          width: 136,
          render: (_, indicator) => (indicator.asOf ? formatDate(indicator.asOf) : "—"),
        },
        {
          title: t("profile.records"),
          key: "records",
          width: 110,
          render: (_, indicator) => <RecordsButton indicator={indicator} onRecords={props.onRecords} />,
        },
      ]}
    />
  );
}
