import { Button, Result } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useRouteError } from "react-router";
import { problemText } from "../components/problem-alert.tsx";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Result
      status="404"
      title={t("notFound.title")}
      subTitle={t("notFound.text")}
      extra={<Link to="/">{t("notFound.home")}</Link>}
    />
  );
}

/** Shown when a page throws, or when its code can't be loaded (a new version was served meanwhile). */
export function CrashPage() {
  const { t } = useTranslation();
  const error = useRouteError();
  return (
    <Result
      status="error"
      title={t("crash.title")}
      subTitle={
        <>
          {t("crash.text")}
          <br />
          <code className="rq-small">{problemText(error)}</code>
        </>
      }
      extra={
        <Button type="primary" onClick={() => window.location.reload()}>
          {t("crash.reload")}
        </Button>
      }
    />
  );
}
