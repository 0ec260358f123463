import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Drawer, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AnswerView, ListQuery } from "../../../../backend/features/verification/verification-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { BasisText } from "./basis-text.tsx";
import { OpenedCheck } from "./check-answer.tsx";
import { answersQuery, kindsQuery } from "./queries.ts";
import { OpenedQuery } from "./query-table.tsx";

const ANCHORING_MS = 5_000;

/** What was asked, in words. */
export function useAskedText(): (kind: string) => string {
  const { t } = useTranslation("verification");
  const kinds = useQuery(kindsQuery).data?.items;
  return (kind) => {
    if (kind === "query") return t("query.title");
    const found = kinds?.find(({ code }) => code === kind);
    return found ? localized(found.question) : kind;
  };
}

/** Answers that were given; opening one is logged. */
export function AnswersTable(props: {
  filter?: Partial<ListQuery>;
  /** Beside whom it is about: who asked. */
  withAsker?: boolean;
  /** Where all are about the reader itself. */
  withoutSubject?: boolean;
  withoutContent?: boolean;
  action?: (answer: AnswerView) => ReactNode;
  testId: string;
}) {
  const { t } = useTranslation("verification");
  const [page, setPage] = useState(1);
  const [shown, setShown] = useState<AnswerView>();
  const asked = useAskedText();
  const query = useQuery({
    ...answersQuery({ ...props.filter, page }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ anchor }) => anchor.state !== "confirmed") ? ANCHORING_MS : false,
  });
  const reviewed = ({ review, basis }: AnswerView) =>
    basis.kind === "law" && (
      <div className="answer-review">
        {review ? (
          <>
            <Tag
              color={review.verdict === "inOrder" ? "success" : "error"}
              data-testid="review"
              data-state={review.verdict}
            >
              {t(`review.${review.verdict}`)}
            </Tag>
            <span className="rq-small rq-soft">{review.note}</span>
          </>
        ) : (
          <span className="rq-small rq-soft">{t("review.open")}</span>
        )}
      </div>
    );
  const columns: DataColumn<AnswerView>[] = [
    {
      key: "asked",
      title: t("list.asked"),
      lead: true,
      render: (row) => (
        <>
          <div>{asked(row.kind)}</div>
          <code className="rq-small rq-soft">{row.number}</code>
        </>
      ),
    },
    ...(props.withAsker
      ? [{ key: "asker", title: t("list.asker"), wrap: true, render: (row: AnswerView) => row.asker.name }]
      : []),
    ...(props.withoutSubject
      ? []
      : [
          {
            key: "subject",
            title: t("answer.subject"),
            wrap: true,
            render: (row: AnswerView) => (
              <>
                <div>{row.subject.name}</div>
                <div className="rq-small rq-soft">{row.subject.uscc}</div>
              </>
            ),
          },
        ]),
    {
      key: "basis",
      title: t("answer.basis"),
      wrap: true,
      render: (row) => (
        <>
          <BasisText basis={row.basis} />
          {reviewed(row)}
        </>
      ),
    },
    {
      key: "at",
      title: t("answer.at"),
      render: (row) => (
        <>
          <div>{formatTime(row.at)}</div>
          <AnchorTag
            anchor={row.anchor}
            {...(props.withoutContent ? {} : { proofPath: `/verifications/${row.id}/proof` })}
          />
        </>
      ),
    },
    { key: "records", title: t("list.records"), align: "right", render: (row) => formatCount(row.records) },
    {
      key: "actions",
      title: "",
      render: (row) =>
        props.action?.(row) ?? (
          <Button size="small" onClick={() => setShown(row)} data-testid="answer-open">
            {t("common:view")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("list.none")} />}>
        {(data) => (
          <DataTable
            label={t("list.title")}
            columns={columns}
            rows={data.items}
            rowKey={(row) => row.id}
            testId={props.testId}
            rowTestId={() => "answer-row"}
            paging={{ page, total: data.total, onChange: setPage }}
          />
        )}
      </QueryView>
      <Drawer
        open={shown !== undefined}
        onClose={() => setShown(undefined)}
        size={shown?.kind === "query" ? 1000 : 640}
        title={shown && asked(shown.kind)}
        className="rq-drawer"
        destroyOnHidden
      >
        {shown && (shown.kind === "query" ? <OpenedQuery id={shown.id} /> : <OpenedCheck id={shown.id} />)}
      </Drawer>
    </>
  );
}
