import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { BatchView } from "../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { hasNothingToAnchor } from "../lib/batch-queries.ts";
import { formatCount, formatTime, localized } from "../lib/format.ts";
import { catalogsQuery } from "../lib/queries.ts";
import { AnchorTag } from "./anchor-tag.tsx";
import { BatchStateTag } from "./batch-state-tag.tsx";
import { type DataColumn, DataTable } from "./data-table.tsx";

interface Props {
  batches: readonly BatchView[];
  /** Where a batch's own page is. */
  pathOf: (batch: BatchView) => string;
  paging?: { page: number; total: number; onChange: (page: number) => void };
}

/** Batches: the files that departments sent. */
export function BatchTable({ batches, pathOf, paging }: Props) {
  const { t } = useTranslation("batch");
  const catalogs = useQuery(catalogsQuery).data?.items;
  const catalogName = (id: string): string => {
    const catalog = catalogs?.find((candidate) => candidate.id === id);
    return catalog ? localized(catalog.name) : id;
  };
  const columns: DataColumn<BatchView>[] = [
    {
      key: "file",
      title: t("file"),
      lead: true,
      render: (row) => (
        <Link to={pathOf(row)} data-testid={`batch-open-${row.id}`}>
          {row.fileName}
        </Link>
      ),
    },
    { key: "catalog", title: t("catalog"), wrap: true, render: (row) => catalogName(row.catalogId) },
    { key: "state", title: t("common:state"), render: (row) => <BatchStateTag state={row.state} /> },
    { key: "rows", title: t("count.rows"), align: "right", render: (row) => formatCount(row.rows) },
    { key: "stored", title: t("count.stored"), align: "right", render: (row) => formatCount(row.stored) },
    {
      key: "quarantined",
      title: t("count.quarantined"),
      align: "right",
      render: (row) => formatCount(row.quarantined),
    },
    { key: "receivedAt", title: t("receivedAt"), render: (row) => formatTime(row.receivedAt) },
    {
      key: "anchor",
      title: t("anchor"),
      render: (row) => (hasNothingToAnchor(row) ? "–" : <AnchorTag anchor={row.anchor} />),
    },
  ];
  return (
    <DataTable
      label={t("list")}
      columns={columns}
      rows={batches}
      rowKey={(row) => row.id}
      testId="batches-list"
      rowTestId={(row) => `batch-${row.id}`}
      {...(paging ? { paging } : {})}
    />
  );
}
