import { UploadOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { BatchTable } from "../../components/batch-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { batchesQuery } from "../../lib/batch-queries.ts";
import { localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";

/** Every file that the department sent, and what became of it. */
export function DepartmentBatchesPage() {
  const { t } = useTranslation("department");
  const { participant } = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const [page, setPage] = useState(1);
  const catalogId = search.get("catalog") ?? undefined;
  const query = useQuery({ ...batchesQuery({ catalogId, page }), placeholderData: keepPreviousData });
  const catalogs = useQuery(catalogsQuery).data?.items.filter(
    (catalog) => catalog.departmentCode === participant.departmentCode,
  );
  return (
    <>
      <PageHeader
        title={t("batches.title")}
        description={t("batches.intro")}
        actions={
          <LinkButton to="/department/upload" type="primary" icon={<UploadOutlined />} data-testid="batches-upload">
            {t("catalog.upload")}
          </LinkButton>
        }
      />
      <div className="rq-stack">
        <Select
          allowClear
          value={catalogId}
          onChange={(value?: string) => {
            setPage(1);
            setSearch(value ? { catalog: value } : {});
          }}
          placeholder={t("batches.everyCatalog")}
          aria-label={t("batches.filter")}
          options={(catalogs ?? []).map((catalog) => ({ value: catalog.id, label: localized(catalog.name) }))}
          data-testid="batches-filter"
          style={{ width: "100%", maxWidth: 320 }}
        />
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("batches.none")} />}
        >
          {(data) => (
            <BatchTable
              batches={data.items}
              pathOf={(batch) => `/department/batches/${batch.id}`}
              paging={{ page, total: data.total, onChange: setPage }}
            />
          )}
        </QueryView>
      </div>
    </>
  );
}
