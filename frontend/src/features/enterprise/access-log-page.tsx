import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Card, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { accessEntry } from "../../../../backend/features/consents/consent-schemas.ts";
import { SECTION_NAMES } from "../../../../backend/features/verification/domain/query-sections.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { NoticeList } from "../consents/notice-list.tsx";
import { useAskedText } from "../verification/answers-table.tsx";
import { anchoringInterval } from "./anchoring-interval.ts";
import { accessLogQuery } from "./queries.ts";

type Entry = z.infer<typeof accessEntry>;

/** "profile", "record:<catalog>", "verification:<kind>", "query:<section>". */
function useSubject() {
  const { t } = useTranslation("enterprise");
  const catalogs = useQuery(catalogsQuery).data?.items;
  const asked = useAskedText();
  return (what: string): string => {
    const [kind, catalogId] = what.split(":");
    if (kind === "verification" && catalogId) return `${t("log.kind.verification")} · ${asked(catalogId)}`;
    const section = SECTION_NAMES.get(catalogId ?? "");
    if (kind === "query") return [t("log.kind.query"), section && localized(section)].filter(Boolean).join(" · ");
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
  const columns: DataColumn<Entry>[] = [
    { key: "reader", title: t("log.reader"), lead: true, render: (entry) => entry.reader.name },
    { key: "at", title: t("log.at"), render: (entry) => formatTime(entry.at) },
    { key: "what", title: t("log.what"), render: (entry) => subject(entry.what) },
    {
      key: "purpose",
      title: t("common:purpose"),
      wrap: true,
      render: (entry) => (
        <>
          <div>{t(`common:consentPurpose.${entry.purpose}`, { defaultValue: t("log.noPurpose") })}</div>
          {entry.legalBasis && <div className="rq-small rq-soft">{entry.legalBasis}</div>}
          {entry.withheldUntil && (
            <div className="rq-small rq-soft">{t("log.withheld", { until: formatTime(entry.withheldUntil) })}</div>
          )}
        </>
      ),
    },
    {
      key: "records",
      title: t("log.records"),
      align: "right",
      render: (entry) => (entry.records === undefined ? "—" : formatCount(entry.records)),
    },
    {
      key: "allowed",
      title: t("log.outcome"),
      render: (entry) => (
        <>
          <Tag color={entry.allowed ? "green" : "red"}>{t(entry.allowed ? "log.allowed" : "log.refused")}</Tag>
          {entry.reason && <span className="rq-small rq-soft">{t(`log.reason.${entry.reason}`)}</span>}
        </>
      ),
    },
    {
      key: "anchor",
      title: t("log.anchor"),
      render: (entry) => <AnchorTag anchor={entry.anchor} proofPath={`/access-log/${entry.id}/proof`} />,
    },
  ];
  return (
    <>
      <PageHeader title={t("log.title")} description={t("log.explain")} />
      <div className="rq-stack">
        <NoticeList />
        <Card>
          <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("log.empty")} />}>
            {(data) => (
              <DataTable
                label={t("log.title")}
                columns={columns}
                rows={data.items}
                rowKey={(entry) => entry.id}
                testId="access-log"
                rowTestId={() => "access-row"}
                paging={{ page, total: data.total, onChange: setPage }}
              />
            )}
          </QueryView>
        </Card>
      </div>
    </>
  );
}
