import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { Alert } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProofCheck } from "../../../backend/lib/proof/lines.ts";

const icons = {
  pass: <CheckCircleFilled className="rq-pass" />,
  fail: <CloseCircleFilled className="rq-fail" />,
  skipped: <MinusCircleOutlined className="rq-skipped" />,
};
const looks = { valid: "success", invalid: "error", incomplete: "warning" } as const;
const marks = { valid: "pass", invalid: "fail", incomplete: "partial" } as const;

/** What a line of a check compared, in words. */
export function useLineName(): (id: string) => string {
  const { t } = useTranslation("verify");
  return (id) => {
    const [part, line] = id.includes(".") ? id.split(".") : [undefined, id];
    return part ? `${t(`part.${part}`)} · ${t(`line.${line}`)}` : t(`line.${line}`);
  };
}

/** The lines of a proof's check with one verdict above them; `children` come between. */
export function ProofResult(props: { check: Pick<ProofCheck, "verdict" | "lines">; children?: ReactNode }) {
  const { verdict, lines } = props.check;
  const { t } = useTranslation("verify");
  const name = useLineName();
  const failed = lines.filter(({ state }) => state === "fail").map(({ id }) => name(id));
  const left = lines.filter(({ state, optional }) => state === "skipped" && !optional);
  const untrusted = left.some(({ id }) => id === "registry");
  return (
    <div data-testid="check-result" data-verdict={marks[verdict]} aria-live="polite">
      <Alert
        showIcon
        type={looks[verdict]}
        title={t(`verdict.${verdict}`, { count: lines.filter(({ state }) => state === "pass").length })}
        description={
          verdict === "invalid"
            ? failed.join(t("separator"))
            : verdict === "incomplete"
              ? `${left.map(({ id }) => name(id)).join(t("separator"))}${untrusted ? ` ${t("untrusted")}` : ""}`
              : undefined
        }
      />
      {props.children}
      <ul className="rq-check-lines">
        {lines.map(({ id, state, detail }) => (
          <li key={id} data-testid={`check-${id}`} data-state={state}>
            {icons[state]}
            <div>
              <div>
                {name(id)}
                <span className="rq-check-state">{t(`common:check.state.${state}`)}</span>
              </div>
              {detail && <code className={`rq-check-detail rq-${state}`}>{detail}</code>}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
