import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BatchTable } from "../../components/batch-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { batchesQuery } from "../../lib/batch-queries.ts";

export function RegulatorBatchesPage() {
  const { t } = useTranslation("regulator");
  const [page, setPage] = useState(1);
  const query = useQuery({ ...batchesQuery({ page }), placeholderData: keepPreviousData });
  return (
    <>
      <PageHeader title={t("batches.title")} description={t("batches.intro")} />
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState text={t("batches.none")} />}
      >
        {(data) => (
          <BatchTable
            batches={data.items}
            pathOf={(batch) => `/regulator/batches/${batch.id}`}
            paging={{ page, total: data.total, onChange: setPage }}
          />
        )}
      </QueryView>
    </>
  );
}
