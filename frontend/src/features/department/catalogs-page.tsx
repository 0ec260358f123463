import { UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import type { catalogView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { freshnessOf } from "./freshness.ts";

type Catalog = z.infer<typeof catalogView>;

const FRESHNESS_COLORS = { fresh: "success", due: "warning", none: "default" } as const;

/** What the department shares: each catalog with its records and its freshness. */
export function DepartmentCatalogsPage() {
  const { t } = useTranslation("department");
  const { participant } = useSignedIn();
  const query = useQuery({ ...catalogsQuery, refetchInterval: 15_000 });
  const own = (items: readonly Catalog[]) =>
    items.filter((catalog) => catalog.departmentCode === participant.departmentCode);
  return (
    <>
      <PageHeader title={t("catalogs.title")} description={t("catalogs.intro", { name: participant.name })} />
      <QueryView
        query={query}
        isEmpty={(data) => own(data.items).length === 0}
        empty={<EmptyState text={t("catalogs.none")} />}
      >
        {(data) => (
          <div className="rq-grid" data-testid="catalogs-list">
            {own(data.items).map((catalog) => (
              <CatalogCard key={catalog.id} catalog={catalog} />
            ))}
          </div>
        )}
      </QueryView>
    </>
  );
}

function CatalogCard({ catalog }: { catalog: Catalog }) {
  const { t } = useTranslation("department");
  const freshness = freshnessOf(catalog.lastBatchAt, catalog.updateFrequency, new Date());
  return (
    <Card
      title={<Link to={`/department/catalogs/${encodeURIComponent(catalog.id)}`}>{localized(catalog.name)}</Link>}
      data-testid={`catalog-${catalog.id}`}
      extra={<Tag color={FRESHNESS_COLORS[freshness]}>{t(`freshness.${freshness}`)}</Tag>}
    >
      <Flex vertical gap={10}>
        <div>
          <span style={{ fontSize: 24, fontWeight: 600 }} data-testid={`catalog-${catalog.id}-records`}>
            {formatCount(catalog.recordCount)}
          </span>{" "}
          {t("catalog.records")}
        </div>
        <Typography.Text type="secondary">
          {catalog.lastBatchAt
            ? t("catalog.lastBatch", { time: formatTime(catalog.lastBatchAt) })
            : t("catalog.noBatch")}
          {" · "}
          {t(`frequency.${catalog.updateFrequency}`, { defaultValue: catalog.updateFrequency })}
        </Typography.Text>
        <Flex gap={4} wrap>
          <Tag>{t(`sensitivity.${catalog.sensitivity}`)}</Tag>
          <Tag>{t(`shareType.${catalog.shareType}`)}</Tag>
          <Tag>{t("catalog.fields", { count: catalog.fields.length })}</Tag>
        </Flex>
        <Typography.Text type="secondary" className="rq-small">
          {t("catalog.legalBasis", { law: catalog.legalBasis })}
        </Typography.Text>
        <Flex gap={8} wrap>
          <LinkButton
            to={`/department/upload?catalog=${encodeURIComponent(catalog.id)}`}
            icon={<UploadOutlined />}
            type="primary"
            data-testid={`catalog-${catalog.id}-upload`}
          >
            {t("catalog.upload")}
          </LinkButton>
          <LinkButton
            to={`/department/batches?catalog=${encodeURIComponent(catalog.id)}`}
            data-testid={`catalog-${catalog.id}-batches`}
          >
            {t("catalog.batches")}
          </LinkButton>
        </Flex>
      </Flex>
    </Card>
  );
}
