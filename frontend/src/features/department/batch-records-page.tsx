import { HistoryOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Card, Descriptions, Drawer, Flex, Input, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { z } from "zod";
import type {
  catalogView,
  RecordVersion,
  recordHistory,
} from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useRecordValue } from "../../lib/record-value.ts";
import { useSignedIn } from "../session/use-account.ts";

type Catalog = z.infer<typeof catalogView>;
type History = z.infer<typeof recordHistory>;

const timeText = (asOf: string): string => (asOf.includes("T") ? formatTime(asOf) : asOf);

/** A department's records as they are read now, and every version that they had. */
export function BatchRecordsPage() {
  const { t } = useTranslation("ingestion");
  const { participant } = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const [opened, setOpened] = useState<string>();
  const catalogs = useQuery(catalogsQuery).data?.items.filter(
    (catalog) => catalog.departmentCode === participant.departmentCode,
  );
  const catalog = catalogs?.find(({ id }) => id === search.get("catalog")) ?? catalogs?.[0];
  const words = search.get("find") ?? "";
  const by = /^[0-9A-Z]{18}$/i.test(words) ? { uscc: words } : { key: words };
  const query = useQuery({
    queryKey: ["catalogs", catalog?.id, "records", words],
    queryFn: ({ signal }) => api.get<History>(`/catalogs/${encodeURIComponent(catalog!.id)}/records`, by, signal),
    enabled: catalog !== undefined && words !== "",
  });
  const columns: DataColumn<RecordVersion>[] = [
    { key: "key", title: t("records.key"), lead: true, wrap: true, render: (row) => row.key },
    { key: "asOf", title: t("records.asOf"), render: (row) => timeText(row.asOf) },
    { key: "source", title: t("records.source"), wrap: true, render: (row) => <SourceText version={row} /> },
    { key: "anchor", title: t("batch:anchor"), render: (row) => <AnchorTag anchor={row.anchor} /> },
    {
      key: "history",
      title: t("records.history"),
      render: (row) => (
        <Button size="small" icon={<HistoryOutlined />} onClick={() => setOpened(row.id)} data-testid="record-history">
          {t("records.history")}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={t("records.title")} description={t("records.intro")} />
      <div className="rq-stack">
        <Card>
          <Flex gap={12} wrap>
            <Select
              value={catalog?.id ?? null}
              onChange={(id: string | null) => setSearch({ ...(id ? { catalog: id } : {}), find: words })}
              options={(catalogs ?? []).map(({ id, name }) => ({ value: id, label: localized(name) }))}
              aria-label={t("records.catalog")}
              data-testid="records-catalog"
              style={{ flex: "1 1 240px" }}
            />
            <Input.Search
              defaultValue={words}
              enterButton={t("records.find")}
              placeholder={t("records.search")}
              aria-label={t("records.search")}
              onSearch={(text) => setSearch({ ...(catalog ? { catalog: catalog.id } : {}), find: text.trim() })}
              data-testid="records-find"
              style={{ flex: "2 1 320px" }}
            />
          </Flex>
        </Card>
        {words !== "" && catalog && (
          <QueryView
            query={query}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("records.none")} />}
          >
            {(data) => (
              <DataTable
                label={t("records.title")}
                columns={columns}
                rows={data.items}
                rowKey={(row) => row.id}
                testId="records-list"
              />
            )}
          </QueryView>
        )}
      </div>
      {opened && catalog && <HistoryDrawer id={opened} catalog={catalog} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function SourceText({ version: { source } }: { version: RecordVersion }) {
  const { t } = useTranslation("ingestion");
  const { fileName: file, row } = source;
  return <>{row > 0 ? t("records.row", { file, row: formatCount(row) }) : t("records.missing", { file })}</>;
}

function HistoryDrawer({ id, catalog, onClose }: { id: string; catalog: Catalog; onClose: () => void }) {
  const { t } = useTranslation("ingestion");
  const recordValue = useRecordValue();
  const query = useQuery({
    queryKey: ["records", id, "history"],
    queryFn: ({ signal }) => api.get<History>(`/records/${encodeURIComponent(id)}/history`, undefined, signal),
  });
  return (
    <Drawer open onClose={onClose} size="large" title={t("records.history")} data-testid="history-drawer">
      <Typography.Paragraph type="secondary">{t("records.versions")}</Typography.Paragraph>
      <QueryView query={query}>
        {({ items }) => (
          <div className="rq-stack">
            {items.map((version) => (
              <Card
                key={version.id}
                size="small"
                data-testid="record-version"
                title={
                  <Flex gap={8} align="center" wrap>
                    {timeText(version.asOf)}
                    <Tag color={version.deleted ? "error" : version.current ? "success" : "default"}>
                      {t(version.deleted ? "records.deleted" : version.current ? "records.current" : "records.earlier")}
                    </Tag>
                  </Flex>
                }
              >
                <Descriptions
                  size="small"
                  column={1}
                  items={[
                    ...(version.deleted
                      ? []
                      : catalog.fields.map(({ name, label, type }) => ({
                          key: name,
                          label: localized(label),
                          children: recordValue(catalog.id, { name, label, type, value: version.fields[name] ?? null }),
                        }))),
                    { key: "$source", label: t("records.source"), children: <SourceText version={version} /> },
                    {
                      key: "$commitment",
                      label: t("records.commitment"),
                      children: <HashText value={version.commitment} />,
                    },
                    { key: "$anchor", label: t("batch:anchor"), children: <AnchorTag anchor={version.anchor} /> },
                  ]}
                />
              </Card>
            ))}
          </div>
        )}
      </QueryView>
    </Drawer>
  );
}
