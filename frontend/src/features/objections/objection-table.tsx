import { Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectionView } from "../../../../backend/features/objections/objection-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatDate, localized } from "../../lib/format.ts";
import { DueText, ObjectionStateTag } from "./objection-tags.tsx";

/** Objections in a table; `actions` fills its last column, `who` its first. */
export function ObjectionTable(props: {
  objections: readonly ObjectionView[];
  who: "enterprise" | "department";
  actions?: (objection: ObjectionView) => ReactNode;
  paging?: { page: number; total: number; onChange: (page: number) => void };
}) {
  const { t } = useTranslation("objections");
  const columns: DataColumn<ObjectionView>[] = [
    {
      key: "what",
      title: t("what"),
      lead: true,
      render: (objection) => (
        <>
          <div>{localized(objection.catalogName)}</div>
          <Typography.Text type="secondary" className="rq-small">
            {props.who === "department" ? localized(objection.departmentName) : objection.enterprise.name}
          </Typography.Text>
        </>
      ),
    },
    {
      key: "ground",
      title: t("ground"),
      wrap: true,
      render: (objection) => (
        <>
          <div>{t(`grounds.${objection.ground}`)}</div>
          <Typography.Text type="secondary" className="rq-small">
            {objection.erasedAt ? t("textErased") : objection.text}
          </Typography.Text>
        </>
      ),
    },
    { key: "raisedAt", title: t("raisedAt"), render: (objection) => formatDate(objection.raisedAt) },
    { key: "due", title: t("due"), render: (objection) => <DueText objection={objection} /> },
    {
      key: "state",
      title: t("common:state"),
      wrap: true,
      render: ({ id, state, answer, statement }) => (
        <>
          <ObjectionStateTag state={state} />{" "}
          {answer?.anchor && <AnchorTag anchor={answer.anchor} proofPath={`/objections/${id}/proof`} />}
          {answer?.reason && (
            <div className="rq-small">
              {t("reason")}: {answer.reason}
            </div>
          )}
          {statement && (
            <div className="rq-small">
              {t("statement")}: {statement.text}
            </div>
          )}
        </>
      ),
    },
  ];
  if (props.actions) columns.push({ key: "actions", title: t("common:actions"), render: props.actions });
  return (
    <DataTable
      label={t("title")}
      columns={columns}
      rows={props.objections}
      rowKey={({ id }) => id}
      testId="objections-list"
      rowTestId={({ id }) => `objection-${id}`}
      {...(props.paging ? { paging: props.paging } : {})}
    />
  );
}
