import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
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
