import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { NoticeList } from "../objections/notice-list.tsx";
import { ObjectionTable } from "../objections/objection-table.tsx";
import { type ObjectionFilter, objectionsQuery } from "../objections/queries.ts";

const FILTERS = ["open", "overdue", "answered", "all"] as const satisfies readonly ObjectionFilter[];

/** The department's objections, those due soonest first, and its notices. */
export function DepartmentObjectionsPage() {
  const { t } = useTranslation("objections");
  const [state, setState] = useState<ObjectionFilter>("open");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...objectionsQuery(state, page), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("department.title")} description={t("department.explain")} />
      <div className="rq-stack">
        <NoticeList />
        <Card>
          <div className="rq-stack">
            <Segmented
              value={state}
              options={FILTERS.map((value) => ({ value, label: t(`filter.${value}`) }))}
              onChange={(value) => {
                setState(value);
                setPage(1);
              }}
              data-testid="objections-filter"
            />
            <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("empty")} />}>
              {(data) => (
                <ObjectionTable
                  objections={data.items}
                  who="enterprise"
                  actions={({ id, state: at }) => (
                    <Link to={`/department/objections/${id}`} data-testid={`objection-open-${id}`}>
                      {t(at === "raised" ? "department.answer" : "common:view")}
                    </Link>
                  )}
                  paging={{ page, total: data.total, onChange: setPage }}
                />
              )}
            </QueryView>
          </div>
        </Card>
      </div>
    </>
  );
}
