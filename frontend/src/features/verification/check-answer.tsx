import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { CheckContent, CheckView } from "../../../../backend/features/verification/verification-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { QueryView as OpenedView } from "../../components/query-view.tsx";
import { formatCount, formatFen, formatTime, localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { BasisText } from "./basis-text.tsx";
import { checkQuery, kindsQuery } from "./queries.ts";

const LOOKS = { yes: "success", no: "error", unknown: "warning" } as const;

/** The parameters in words; a person's number is only ever there as its hash. */
function useParamsText(): (content: CheckContent) => string {
  const kinds = useQuery(kindsQuery).data?.items;
  return ({ kind, params }) =>
    listText(
      (kinds?.find(({ code }) => code === kind)?.params ?? []).flatMap(({ name, label, type, options }) => {
        const value = params[name];
        if (value === undefined) return [];
        const option = options?.find((one) => one.value === value);
        const text = type === "person" ? "•••" : type === "amount" ? formatFen(String(value)) : String(value);
        return [`${localized(label)} ${option ? localized(option.label) : text}`];
      }),
    );
}

/** An answer with what it rests on, its number and its proof. */
export function CheckAnswer({ view, withAnchor = true }: { view: CheckView; withAnchor?: boolean }) {
  const { t } = useTranslation("verification");
  const kinds = useQuery(kindsQuery).data?.items;
  const paramsText = useParamsText();
  const { content } = view;
  const question = kinds?.find(({ code }) => code === view.kind)?.question;
  if (!content) return <Alert type="info" showIcon title={t("answer.ended")} data-testid="answer-ended" />;
  return (
    <div className="rq-stack" data-testid="check-answer" data-answer={content.answer}>
      <Alert
        type={LOOKS[content.answer]}
        showIcon
        title={
          <>
            {t(`answer.${content.answer}`)} · {question ? localized(question) : view.kind}
          </>
        }
        description={
          <>
            {content.reason && <div>{t(`reason.${content.reason}`)}</div>}
            {content.disputed && <Tag color="warning">{t("answer.disputed")}</Tag>}
          </>
        }
      />
      <Descriptions
        size="small"
        column={1}
        bordered
        items={[
          {
            key: "number",
            label: t("answer.number"),
            children: (
              <Typography.Text copyable code data-testid="answer-number">
                {view.number}
              </Typography.Text>
            ),
          },
          {
            key: "subject",
            label: t("answer.subject"),
            children: [view.subject.name, view.subject.uscc].filter(Boolean).join(" · "),
          },
          ...(paramsText(content) ? [{ key: "params", label: t("answer.params"), children: paramsText(content) }] : []),
          { key: "at", label: t("answer.at"), children: formatTime(view.at) },
          ...(content.asOf ? [{ key: "asOf", label: t("answer.asOf"), children: content.asOf }] : []),
          {
            key: "evidence",
            label: t("answer.evidence"),
            children: content.evidence.map(({ catalogId, catalogName, departmentName, recordIds }) => (
              <div key={catalogId}>
                {localized(catalogName)} · {localized(departmentName)} ·{" "}
                {t("answer.records", { count: recordIds.length, shown: formatCount(recordIds.length) })}
              </div>
            )),
          },
          { key: "basis", label: t("answer.basis"), children: <BasisText basis={view.basis} /> },
          ...(withAnchor
            ? [
                {
                  key: "anchor",
                  label: t("answer.anchor"),
                  children: <AnchorTag anchor={view.anchor} proofPath={`/verifications/${view.id}/proof`} />,
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}

/** One that was given before; opening it is logged. */
export function OpenedCheck({ id }: { id: string }) {
  const query = useQuery(checkQuery(id));
  return <OpenedView query={query}>{(view) => <CheckAnswer view={view} />}</OpenedView>;
}
