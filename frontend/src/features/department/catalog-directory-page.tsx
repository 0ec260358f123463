import { PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import type { catalogView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { waitingCatalogsQuery } from "./catalog-queries.ts";

type Catalog = z.infer<typeof catalogView>;

/** Everything that a person may type to find a catalog. */
const textOf = ({ id, name, departmentName, legalBasis, fields }: Catalog): string =>
  [id, name.zh, name.en, departmentName.zh, departmentName.en, legalBasis, ...fields.map(({ label }) => label.zh)]
    .join("\n")
    .toLowerCase();

function WaitingCard({ base }: { base: string }) {
  const { t } = useTranslation("catalogs");
  const items = useQuery(waitingCatalogsQuery).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card size="small" title={t("waiting.title")} data-testid="catalogs-waiting" style={{ marginBottom: 16 }}>
      <Flex vertical gap={6}>
        {items.map(({ id, departmentName, currentVersion, versions }) => (
          <Flex key={id} gap={8} wrap align="center">
            <Link to={`${base}/${encodeURIComponent(id)}`} data-testid={`waiting-${id}`}>
              {localized(versions[0]!.definition.name)}
            </Link>
            <span>{localized(departmentName)}</span>
            <Tag color="warning">{t(currentVersion === 0 ? "waiting.new" : "waiting.change")}</Tag>
          </Flex>
        ))}
      </Flex>
    </Card>
  );
}

/** All catalogs of all departments: found by department and by any word. */
export function CatalogDirectoryPage() {
  const { t } = useTranslation("catalogs");
  const { role } = useSignedIn();
  const base = `/${role}/catalogs`;
  const query = useQuery(catalogsQuery);
  const [department, setDepartment] = useState<string>();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = (items: readonly Catalog[]) =>
    items.filter(
      (catalog) =>
        (!department || catalog.departmentCode === department) && (wanted === "" || textOf(catalog).includes(wanted)),
    );
  const items = query.data?.items ?? [];
  const departments = [...new Map(items.map((catalog) => [catalog.departmentCode, catalog.departmentName]))];
  return (
    <>
      <PageHeader
        title={t("directory.title")}
        description={t("directory.intro", { catalogs: items.length, departments: departments.length })}
        actions={
          role === "department" && (
            <LinkButton to={`${base}/new`} type="primary" icon={<PlusOutlined />} data-testid="catalog-new">
              {t("directory.register")}
            </LinkButton>
          )
        }
      />
      <WaitingCard base={base} />
      <Flex gap={12} wrap style={{ marginBottom: 16 }}>
        <Input
          allowClear
          prefix={<SearchOutlined />}
          placeholder={t("directory.search")}
          aria-label={t("directory.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          style={{ width: 320, maxWidth: "100%" }}
          data-testid="catalog-search"
        />
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          placeholder={t("directory.anyDepartment")}
          aria-label={t("directory.department")}
          {...(department ? { value: department } : {})}
          onChange={setDepartment}
          options={departments.map(([value, name]) => ({ value, label: localized(name) }))}
          style={{ width: 320, maxWidth: "100%" }}
          data-testid="catalog-department"
        />
      </Flex>
      <QueryView
        query={query}
        isEmpty={(data) => shown(data.items).length === 0}
        empty={<EmptyState text={t("directory.none")} />}
      >
        {(data) => (
          <DataTable<Catalog>
            label={t("directory.title")}
            testId="catalog-directory"
            rows={shown(data.items)}
            rowKey={({ id }) => id}
            rowTestId={({ id }) => `row-${id}`}
            columns={[
              {
                key: "name",
                title: t("column.name"),
                lead: true,
                render: ({ id, name }) => <Link to={`${base}/${encodeURIComponent(id)}`}>{localized(name)}</Link>,
              },
              {
                key: "department",
                title: t("column.department"),
                wrap: true,
                render: (row) => localized(row.departmentName),
              },
              { key: "share", title: t("column.share"), render: (row) => t(`department:shareType.${row.shareType}`) },
              {
                key: "frequency",
                title: t("column.frequency"),
                render: (row) => t(`department:frequency.${row.updateFrequency}`),
              },
              { key: "fields", title: t("column.fields"), align: "right", render: (row) => row.fields.length },
              {
                key: "records",
                title: t("column.records"),
                align: "right",
                render: (row) => formatCount(row.recordCount),
              },
              {
                key: "last",
                title: t("column.last"),
                render: (row) => (row.lastBatchAt ? formatTime(row.lastBatchAt) : "—"),
              },
            ]}
          />
        )}
      </QueryView>
    </>
  );
}
