import { Button, Grid, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { INDICATORS } from "../../../backend/features/profiles/domain/indicator-list.ts";
import type { IndicatorView } from "../../../backend/features/profiles/profile-schemas.ts";
import { DisputedTag, StatementTag } from "../features/objections/disputed-tag.tsx";
import { formatBps, formatDate, formatValue, localized } from "../lib/format.ts";
import { useProfileWords } from "./profile-words.ts";

type Open = ((indicator: IndicatorView) => void) | undefined;

const Figure = ({ indicator }: { indicator: IndicatorView }) => {
  const { t } = useTranslation();
  const { indicatorText } = useProfileWords();
  const marks = (
    <>
      {indicator.disputed && <DisputedTag />}
      {indicator.statements?.map(({ objectionId, text }) => (
        <StatementTag key={objectionId} text={text} />
      ))}
    </>
  );
  return indicator.value === null ? (
    <Typography.Text type="secondary">
      {t("unknown")}
      {indicator.why && ` · ${t(`profile:why.${indicator.why}`)}`} {marks}
    </Typography.Text>
  ) : (
    <>
      <strong className="rq-figure">{indicatorText(indicator)}</strong> {marks}
    </>
  );
};

const DESCRIPTIONS = new Map(INDICATORS.map(({ id, description }) => [id, description]));

/** Its name, and how it is worked out. */
const Name = ({ indicator: { id, name } }: { indicator: IndicatorView }) => {
  const how = DESCRIPTIONS.get(id);
  return <span title={how && localized(how)}>{localized(name)}</span>;
};

/** The change against a year before, in words for who can't see the arrow. */
const Trend = ({ indicator: { trend, unit } }: { indicator: IndicatorView }) => {
  const { t } = useTranslation("profile");
  if (!trend) return <>—</>;
  const before = t("trend.before", { value: formatValue(trend.before, unit), date: formatDate(trend.beforeAsOf) });
  const { changeBps } = trend;
  return (
    <span className="profile-trend" title={before}>
      {changeBps === undefined
        ? formatValue(trend.before, unit)
        : changeBps === 0
          ? t("trend.same")
          : `${changeBps > 0 ? "▲" : "▼"} ${formatBps(Math.abs(changeBps))}`}
      <span className="rq-visually-hidden"> {before}</span>
    </span>
  );
};

/** The date of the newest fact, and until when it is told. */
const Age = ({ indicator: { asOf, freshUntil } }: { indicator: IndicatorView }) => {
  const { t } = useTranslation("profile");
  if (!asOf) return <>—</>;
  return <span title={freshUntil && t("freshUntil", { date: formatDate(freshUntil) })}>{formatDate(asOf)}</span>;
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
          <Name indicator={indicator} />
          <span>
            <Figure indicator={indicator} /> {indicator.trend && <Trend indicator={indicator} />}
          </span>
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
      scroll={{ x: 760 }}
      dataSource={props.indicators}
      onRow={(indicator) => ({ "data-testid": `indicator-${indicator.id}` }) as object}
      columns={[
        {
          title: t("profile.indicator"),
          key: "name",
          width: "24%",
          render: (_, indicator) => <Name indicator={indicator} />,
        },
        {
          title: t("profile.value"),
          key: "value",
          width: "22%",
          render: (_, indicator) => <Figure indicator={indicator} />,
        },
        {
          title: t("profile:trend.title"),
          key: "trend",
          width: 110,
          render: (_, indicator) => <Trend indicator={indicator} />,
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
          render: (_, indicator) => <Age indicator={indicator} />,
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
