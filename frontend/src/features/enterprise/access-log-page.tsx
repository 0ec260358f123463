import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Table, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { accessEntry } from "../../../../backend/features/consents/consent-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { anchoringInterval } from "./anchoring-interval.ts";
import { accessLogQuery } from "./queries.ts";

const PAGE_SIZE = 50;
type Entry = z.infer<typeof accessEntry>;

/** "profile", or "record:<catalog>". */
function useSubject() {
  const { t } = useTranslation("enterprise");
  const catalogs = useQuery(catalogsQuery).data?.items;
  return (what: string): string => {
    const [kind, catalogId] = what.split(":");
    const catalog = catalogs?.find(({ id }) => id === catalogId);
    const words = t(`log.kind.${kind}`, { defaultValue: what });
    return catalogId === undefined ? words : `${words} · ${catalog ? localized(catalog.name) : catalogId}`;
  };
}

export function AccessLogPage() {
  const { t } = useTranslation("enterprise");
  const [page, setPage] = useState(1);
  const subject = useSubject();
  const query = useQuery({
    ...accessLogQuery(page),
    placeholderData: keepPreviousData,
    refetchInterval: anchoringInterval,
  });
  return (
    <>
      <PageHeader title={t("log.title")} description={t("log.explain")} />
      <Card>
        <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("log.empty")} />}>
          {(data) => (
            <Table<Entry>
              rowKey="id"
              size="small"
              dataSource={data.items}
              scroll={{ x: 720 }}
              onRow={() => ({ "data-testid": "access-row" }) as object}
              pagination={{
                current: page,
                total: data.total,
                pageSize: PAGE_SIZE,
                onChange: setPage,
                hideOnSinglePage: true,
                showSizeChanger: false,
              }}
              columns={[
                { title: t("log.at"), key: "at", render: (_, entry) => formatTime(entry.at) },
                { title: t("log.reader"), key: "reader", render: (_, entry) => entry.reader.name },
                {
                  title: t("log.what"),
                  key: "what",
                  render: (_, entry) => subject(entry.what),
                },
                {
                  title: t("common:purpose"),
                  key: "purpose",
                  render: (_, entry) =>
                    t(`common:consentPurpose.${entry.purpose}`, { defaultValue: t("log.noPurpose") }),
                },
                {
                  title: t("log.outcome"),
                  key: "allowed",
                  render: (_, entry) => (
                    <Tag color={entry.allowed ? "green" : "red"}>
                      {t(entry.allowed ? "log.allowed" : "log.refused")}
                    </Tag>
                  ),
                },
                { title: t("log.anchor"), key: "anchor", render: (_, entry) => <AnchorTag anchor={entry.anchor} /> },
              ]}
            />
          )}
        </QueryView>
      </Card>
    </>
  );
}
