import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { ObjectionTable } from "../objections/objection-table.tsx";
import { OwnObjectionActions } from "../objections/own-objection-actions.tsx";
import { objectionsQuery } from "../objections/queries.ts";

/** The enterprise's objections: what became of each, withdrawal, statement. */
export function ObjectionsPage() {
  const { t } = useTranslation("objections");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...objectionsQuery("all", page), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("own.title")} description={t("own.explain")} />
      <Card>
        <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("own.empty")} />}>
          {(data) => (
            <ObjectionTable
              objections={data.items}
              who="department"
              actions={(objection) => <OwnObjectionActions objection={objection} />}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
