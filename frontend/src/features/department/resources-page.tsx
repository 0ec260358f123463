import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { type Resource, resourcesQuery } from "./resource-queries.ts";
import { ResourceStateTag, RunStateTag } from "./resource-tags.tsx";

/** The doors through which the department's systems share their rows. */
export function DepartmentResourcesPage() {
  const { t } = useTranslation("sources");
  const query = useQuery(resourcesQuery);
  const add = (
    <LinkButton to="/department/resources/new" type="primary" icon={<PlusOutlined />} data-testid="resource-new">
      {t("list.add")}
    </LinkButton>
  );
  const columns: DataColumn<Resource>[] = [
    {
      key: "name",
      title: t("name"),
      lead: true,
      render: (row) => (
        <Link to={`/department/resources/${row.id}`} data-testid={`resource-open-${row.id}`}>
          {row.name}
        </Link>
      ),
    },
    { key: "catalog", title: t("catalog"), wrap: true, render: (row) => localized(row.catalogName) },
    { key: "kind", title: t("kind"), render: (row) => t(`kinds.${row.kind}`) },
    { key: "state", title: t("common:state"), render: (row) => <ResourceStateTag state={row.state} /> },
    {
      key: "last",
      title: t("lastRun"),
      render: (row) =>
        row.lastRun ? (
          <>
            <RunStateTag state={row.lastRun.state} /> {formatTime(row.lastRun.startedAt)}
          </>
        ) : (
          "–"
        ),
    },
    { key: "next", title: t("nextRun"), render: (row) => (row.nextRunAt ? formatTime(row.nextRunAt) : "–") },
  ];
  return (
    <>
      <PageHeader title={t("list.title")} description={t("list.intro")} actions={add} />
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState text={t("list.none")} action={add} />}
      >
        {(data) => (
          <DataTable
            label={t("list.title")}
            columns={columns}
            rows={data.items}
            rowKey={(row) => row.id}
            testId="resources-list"
            rowTestId={(row) => `resource-${row.id}`}
          />
        )}
      </QueryView>
    </>
  );
}
