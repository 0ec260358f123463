import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { Collapse, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type {
  FigureCheck,
  FigureState,
  ProfileCheck,
} from "../../../../backend/features/profiles/domain/check-profile.ts";
import { useLineName } from "../../components/proof-result.tsx";
import { formatIndicator } from "../../lib/code-names.ts";
import { formatDate, localized, type Value } from "../../lib/format.ts";
import "./verify.css";

/** Those that say most first. */
const ORDER: readonly FigureState[] = ["wrong", "waiting", "closed", "unchecked", "proved", "silent", "unknown"];
const COLOURS: Readonly<Partial<Record<FigureState, string>>> = {
  proved: "success",
  wrong: "error",
  waiting: "warning",
  closed: "warning",
  unchecked: "warning",
};
/** Told also when there are none. */
const ALWAYS: readonly FigureState[] = ["wrong", "waiting", "proved"];

const iconOf = (state: FigureState) =>
  state === "proved" ? (
    <CheckCircleFilled className="rq-pass" />
  ) : state === "wrong" ? (
    <CloseCircleFilled className="rq-fail" />
  ) : (
    <MinusCircleOutlined className="rq-skipped" />
  );

/** A value of a file that may say anything. Codes stay as the records have them: their words are the platform's. */
function valueText({ id, unit }: FigureCheck, value: unknown): string {
  if (value === undefined) return "—";
  try {
    return formatIndicator(id, value as Value, unit);
  } catch {
    return JSON.stringify(value);
  }
}

/** As a figure is read where it is one, as JSON otherwise. */
function sideText(figure: FigureCheck, at: string, json: string): string {
  try {
    return at === "value" ? valueText(figure, JSON.parse(json)) : json;
  } catch {
    return json;
  }
}

function Figure({ figure }: { figure: FigureCheck }) {
  const { t } = useTranslation("verify-profile");
  const { id, name, value, asOf, recordCount, state, difference, records } = figure;
  const facts = [asOf && formatDate(asOf), t("recordCount", { count: recordCount })].filter(Boolean);
  return (
    <li data-testid={`figure-${id}`} data-state={state}>
      {iconOf(state)}
      <div>
        <div>
          {localized(name)} <strong className="rq-figure">{valueText(figure, value)}</strong>
        </div>
        <Typography.Text type="secondary" className="rq-small">
          {facts.join(" · ")}
        </Typography.Text>
        {difference && (
          <code className="rq-check-detail rq-fail">
            {t("difference", {
              at: difference.at
                ? t(`at.${difference.at.split(".")[0]}`, { defaultValue: difference.at })
                : t("at.figure"),
              inFile: sideText(figure, difference.at, difference.inFile),
              recomputed: sideText(figure, difference.at, difference.recomputed),
            })}
          </code>
        )}
        {!difference && records.length > 0 && (
          <code className="rq-check-detail">{t("keptBy", { count: records.length, id: records[0] })}</code>
        )}
      </div>
    </li>
  );
}

/** What stands of an exported profile: every figure, by how it stands, and the records that aren't proved. */
export function ProfileFigures({ check: { figures, counts, records } }: { check: ProfileCheck }) {
  const { t } = useTranslation("verify-profile");
  const lineName = useLineName();
  const states = ORDER.filter((state) => counts[state] > 0);
  const unproved = records.filter(({ state }) => state !== "proved");
  return (
    <section className="rq-stack rq-profile-figures" aria-label={t("title")} data-testid="profile-figures">
      <div className="rq-profile-counts" data-testid="profile-summary" data-counts={JSON.stringify(counts)}>
        {ORDER.filter((state) => counts[state] > 0 || ALWAYS.includes(state)).map((state) => (
          <Tag key={state} color={(counts[state] > 0 && COLOURS[state]) || "default"}>
            {t(`count.${state}`, { count: counts[state] })}
          </Tag>
        ))}
      </div>
      <Collapse
        size="small"
        defaultActiveKey={["wrong"]}
        items={[
          ...states.map((state) => ({
            key: state,
            label: `${t(`count.${state}`, { count: counts[state] })} · ${t(`state.${state}`)}`,
            children: (
              <ul className="rq-check-lines rq-profile-lines">
                {figures
                  .filter((figure) => figure.state === state)
                  .map((figure) => (
                    <Figure key={figure.id} figure={figure} />
                  ))}
              </ul>
            ),
          })),
          ...(unproved.length > 0
            ? [
                {
                  key: "records",
                  label: t("records", { count: unproved.length, all: records.length }),
                  children: (
                    <ul className="rq-check-lines rq-profile-lines" data-testid="profile-records">
                      {unproved.map(({ id, catalogId, key, state, lines }) => (
                        <li key={id} data-testid={`record-${id}`} data-state={state}>
                          {iconOf(state)}
                          <div>
                            <div>
                              {catalogId} · {key}
                              <span className="rq-check-state">{t(`recordState.${state}`)}</span>
                            </div>
                            <code className="rq-check-detail">{id}</code>
                            {lines
                              .filter((line) => line.state !== "pass")
                              .map((line) => (
                                <code key={line.id} className={`rq-check-detail rq-${line.state}`}>
                                  {lineName(line.id)}
                                  {line.detail && `: ${line.detail}`}
                                </code>
                              ))}
                          </div>
                        </li>
                      ))}
                    </ul>
                  ),
                },
              ]
            : []),
        ]}
      />
      <Typography.Paragraph type="secondary" className="rq-small">
        {t("limits")}
      </Typography.Paragraph>
    </section>
  );
}
