import { Typography } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

/** A page's one h1, a line about it, and its actions. It names the browser tab too. */
export function PageHeader(props: { title: string; description?: ReactNode; actions?: ReactNode; back?: ReactNode }) {
  const { t } = useTranslation();
  const name = t("name");
  useEffect(() => {
    document.title = `${props.title} · ${name}`;
  }, [props.title, name]);
  return (
    <div className="rq-page-header">
      <div>
        {props.back}
        <Typography.Title level={1}>{props.title}</Typography.Title>
        {props.description && <div className="rq-page-description">{props.description}</div>}
      </div>
      {props.actions && <div className="rq-page-actions">{props.actions}</div>}
    </div>
  );
}
