import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { CheckResult } from "../lib/proof/check.ts";

const icons = {
  pass: <CheckCircleFilled className="rq-pass" />,
  fail: <CloseCircleFilled className="rq-fail" />,
  skipped: <MinusCircleOutlined className="rq-skipped" />,
};

/** Lines of a check with one verdict above them. */
export function CheckLines({ lines }: { lines: CheckResult[] }) {
  const { t } = useTranslation();
  const failed = lines.filter((line) => line.state === "fail").length;
  const left = lines.filter((line) => line.state === "skipped").length;
  const verdict = failed > 0 ? "fail" : left > 0 ? "partial" : "pass";
  return (
    <div data-testid="check-result" data-verdict={verdict}>
      <Alert
        showIcon
        type={verdict === "fail" ? "error" : verdict === "partial" ? "warning" : "success"}
        title={t(`check.verdict.${verdict}`, { failed, left, count: lines.length })}
      />
      <ul className="rq-check-lines">
        {lines.map((line) => (
          <li key={line.id} data-testid={`check-${line.id}`} data-state={line.state}>
            {icons[line.state]}
            <div>
              <div>
                {t(`check.line.${line.id}`)}
                <span className="rq-check-state">{t(`check.state.${line.state}`)}</span>
              </div>
              {line.detail && <code className={`rq-check-detail rq-${line.state}`}>{line.detail}</code>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
