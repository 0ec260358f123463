import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { CheckLine } from "../../../../backend/features/audit/audit-schemas.ts";
import "./audit.css";

/** The answer in one look: does what the platform holds agree with the chain. */
export function Verdict({ matches, detail, testId }: { matches: boolean; detail: string; testId: string }) {
  const { t } = useTranslation("regulator");
  return (
    <div
      className={`audit-verdict ${matches ? "audit-verdict-ok" : "audit-verdict-bad"}`}
      role="status"
      data-testid={testId}
      data-matches={matches}
    >
      {matches ? <CheckCircleFilled aria-hidden /> : <CloseCircleFilled aria-hidden />}
      <div>
        <strong>{t(matches ? "verdict.matches" : "verdict.differs")}</strong>
        <span>{detail}</span>
      </div>
    </div>
  );
}

/** Each compared line: what the store holds beside what the chain says. */
export function CheckLines({ lines, testId }: { lines: readonly CheckLine[]; testId: string }) {
  const { t } = useTranslation("regulator");
  return (
    <ul className="audit-lines" data-testid={testId}>
      {lines.map((line) => (
        <li
          key={line.id}
          className={line.ok ? "" : "audit-line-bad"}
          data-testid={`${testId}-${line.id}`}
          data-ok={line.ok}
        >
          <div className="audit-line-head">
            <span className="audit-line-name">{t(`line.${line.id}`)}</span>
            <Tag color={line.ok ? "success" : "error"} icon={line.ok ? <CheckCircleFilled /> : <CloseCircleFilled />}>
              {t(line.ok ? "line.pass" : "line.fail")}
            </Tag>
          </div>
          <Typography.Text type="secondary" className="audit-line-what">
            {t(`lineWhat.${line.id}`)}
          </Typography.Text>
          <dl>
            <dt>{t("line.stored")}</dt>
            <dd>{line.stored || "–"}</dd>
            <dt>{t("line.onChain")}</dt>
            <dd>{line.onChain || "–"}</dd>
          </dl>
        </li>
      ))}
    </ul>
  );
}
