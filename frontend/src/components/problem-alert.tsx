import { Alert, Button } from "antd";
import i18n from "i18next";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../lib/api-problem.ts";

/** The words for a problem: our own for its code in the reader's language, else what the server says. */
export function problemText(error: unknown): string {
  if (error instanceof ApiProblem)
    return i18n.t(`common:problem.${error.code}`, {
      defaultValue: error.problem.detail,
      nsSeparator: ":",
      keySeparator: ".",
    });
  return error instanceof Error ? error.message : String(error);
}

export function ProblemAlert({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const { t } = useTranslation();
  const problem = error instanceof ApiProblem ? error.problem : undefined;
  const lines = problem?.errors ?? [];
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="rq-problem"
      data-testid="problem"
      data-code={problem?.code}
      title={problemText(error)}
      description={
        (problem?.fix || lines.length > 0 || problem?.requestId) && (
          <>
            {problem?.fix && <div>{problem.fix}</div>}
            {lines.length > 0 && (
              <ul className="rq-problem-fields">
                {lines.map((line) => (
                  <li key={`${line.field}:${line.reason}`}>
                    <code>{line.field}</code>: {line.reason}
                    {line.fix ? ` · ${line.fix}` : ""}
                  </li>
                ))}
              </ul>
            )}
            {problem?.requestId && (
              <small>
                {t("requestId")} {problem.requestId}
              </small>
            )}
          </>
        )
      }
      action={
        onRetry && (
          <Button size="small" onClick={() => onRetry()}>
            {t("retry")}
          </Button>
        )
      }
    />
  );
}
