import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatTime, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { ResourceCredentials } from "./resource-credentials.tsx";
import { changesQuery, type Resource, resourcePath, resourceQueryOf } from "./resource-queries.ts";
import { ResourceRuns } from "./resource-runs.tsx";
import { ResourceStateTag } from "./resource-tags.tsx";

/** One resource: what it is, what it brought, and who may push. */
export function DepartmentResourcePage() {
  const { id = "" } = useParams();
  const query = useQuery(resourceQueryOf(id));
  return <QueryView query={query}>{(resource) => <ResourceDetail resource={resource} />}</QueryView>;
}

function ResourceDetail({ resource }: { resource: Resource }) {
  const { t } = useTranslation("sources");
  const queries = useQueryClient();
  const act = useAction(async (tail: string, body?: object) => {
    await api.post(resourcePath(resource.id, tail), body);
    await queries.invalidateQueries({ queryKey: ["data-resources"] });
  });
  const active = resource.state === "active";
  const fetched = resource.kind === "pull" || resource.kind === "table";
  const items = [
    { key: "catalog", label: t("catalog"), children: localized(resource.catalogName) },
    { key: "kind", label: t("kind"), children: t(`kinds.${resource.kind}`) },
    { key: "owner", label: t("owner"), children: resource.owner },
    { key: "place", label: t("place"), children: placeOf(resource) },
    ...(fetched
      ? [
          {
            key: "every",
            label: t("every"),
            children: resource.everyMinutes ? t("everyMinutes", { count: resource.everyMinutes }) : t("byHand"),
          },
          { key: "next", label: t("nextRun"), children: resource.nextRunAt ? formatTime(resource.nextRunAt) : "–" },
        ]
      : []),
    {
      key: "mapping",
      label: t("mapping.title"),
      children:
        resource.mapping.length === 0 ? t("mapping.automatic") : t("mapping.count", { count: resource.mapping.length }),
    },
    ...(resource.description
      ? [{ key: "description", label: t("common:description"), children: resource.description }]
      : []),
  ];
  return (
    <>
      <PageHeader
        back={
          <Link to="/department/resources">
            <ArrowLeftOutlined /> {t("list.title")}
          </Link>
        }
        title={resource.name}
        description={<ResourceStateTag state={resource.state} />}
        actions={
          <>
            {fetched && active && (
              <>
                <Button
                  type="primary"
                  onClick={() => void act.run("/runs", {})}
                  loading={act.pending}
                  data-testid="resource-run"
                >
                  {t("run.now")}
                </Button>
                <Button
                  onClick={() => void act.run("/runs", { fromStart: true })}
                  disabled={act.pending}
                  data-testid="resource-run-anew"
                >
                  {t("run.fromStart")}
                </Button>
              </>
            )}
            {active ? (
              <Button onClick={() => void act.run("/pause")} loading={act.pending} data-testid="resource-pause">
                {t("pause")}
              </Button>
            ) : (
              <Button
                type="primary"
                onClick={() => void act.run("/activation")}
                loading={act.pending}
                data-testid="resource-activate"
              >
                {t("activate")}
              </Button>
            )}
            <LinkButton to={`/department/resources/${resource.id}/edit`} data-testid="resource-edit">
              {t("edit")}
            </LinkButton>
          </>
        }
      />
      <div className="rq-stack">
        {act.error !== undefined && <ProblemAlert error={act.error} />}
        <Card>
          <Descriptions size="small" column={{ xs: 1, md: 2 }} items={items} />
        </Card>
        {resource.kind === "push" && <ResourceCredentials resource={resource} />}
        <ResourceRuns id={resource.id} />
        <ResourceChanges id={resource.id} />
      </div>
    </>
  );
}

function placeOf({ pull, table }: Resource): string {
  if (pull) return pull.url;
  if (!table) return "–";
  const server = table.engine === "sqlite" ? "SQLite" : `${table.host}${table.port ? `:${table.port}` : ""}`;
  return [server, table.database, table.schema, table.table].filter(Boolean).join(" / ");
}

function ResourceChanges({ id }: { id: string }) {
  const { t } = useTranslation("sources");
  const query = useQuery(changesQuery(id));
  return (
    <Card title={t("change.title")} data-testid="resource-changes">
      <QueryView query={query}>
        {({ items }) => (
          <ul className="rq-indicators">
            {items.slice(0, 20).map((change) => (
              <li key={`${change.at}:${change.action}`}>
                <span>
                  {t(`change.actions.${change.action}`)}
                  {change.fields.length > 0 && change.action === "edit" && ` (${change.fields.join(", ")})`}
                </span>
                <span className="rq-small">{formatTime(change.at)}</span>
              </li>
            ))}
            {items.length > 20 && (
              <li className="rq-small">{t("change.more", { count: formatCount(items.length - 20) })}</li>
            )}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
