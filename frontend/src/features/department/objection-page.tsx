import { useQuery } from "@tanstack/react-query";
import { Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { useRecordValue } from "../../lib/record-value.ts";
import { AnswerForm } from "../objections/answer-form.tsx";
import { DueText, ObjectionStateTag } from "../objections/objection-tags.tsx";
import { objectionQueryOf } from "../objections/queries.ts";

/** One objection: what is objected to, the record as it stands, and the answer. */
export function DepartmentObjectionPage() {
  const { t } = useTranslation("objections");
  const recordValue = useRecordValue();
  const { id = "" } = useParams();
  const query = useQuery(objectionQueryOf(id));
  return (
    <>
      <PageHeader title={t("department.one")} />
      <QueryView query={query}>
        {(objection) => {
          const { record, answer, wished } = objection;
          const wishedField = record?.fields.find(({ name }) => name === wished?.field);
          return (
            <div className="rq-stack" data-testid="objection">
              <Card>
                <Descriptions
                  size="small"
                  column={{ xs: 1, md: 2 }}
                  items={[
                    { key: "who", label: t("common:enterprise"), children: objection.enterprise.name },
                    { key: "catalog", label: t("what"), children: localized(objection.catalogName) },
                    { key: "ground", label: t("ground"), children: t(`grounds.${objection.ground}`) },
                    { key: "state", label: t("common:state"), children: <ObjectionStateTag state={objection.state} /> },
                    { key: "due", label: t("due"), children: <DueText objection={objection} /> },
                    { key: "raisedAt", label: t("raisedAt"), children: formatTime(objection.raisedAt) },
                    {
                      key: "text",
                      label: t("raise.text"),
                      span: "filled",
                      children: objection.erasedAt ? t("textErased") : objection.text,
                    },
                    ...(wished
                      ? [
                          {
                            key: "wished",
                            label: t("wished"),
                            children: `${wishedField ? localized(wishedField.label) : wished.field}: ${wished.value}`,
                          },
                        ]
                      : []),
                    ...(answer
                      ? [
                          { key: "reason", label: t("reason"), children: answer.reason },
                          ...(answer.anchor
                            ? [{ key: "anchor", label: t("anchor"), children: <AnchorTag anchor={answer.anchor} /> }]
                            : []),
                        ]
                      : []),
                    ...(objection.statement
                      ? [{ key: "statement", label: t("statement"), children: objection.statement.text }]
                      : []),
                  ]}
                />
              </Card>
              {record && objection.state === "raised" ? (
                <AnswerForm objection={objection} />
              ) : (
                record && (
                  <Card title={t("recordToday")}>
                    <Descriptions
                      size="small"
                      column={1}
                      bordered
                      items={record.fields.map((field) => ({
                        key: field.name,
                        label: localized(field.label),
                        children: recordValue(objection.catalogId, field),
                      }))}
                    />
                  </Card>
                )
              )}
            </div>
          );
        }}
      </QueryView>
    </>
  );
}
