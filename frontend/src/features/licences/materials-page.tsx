import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Popconfirm, Space } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { MaterialView } from "../../../../backend/features/licences/material-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { API_PREFIX, api } from "../../lib/api.ts";
import { formatDate, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { DossierItems } from "./dossier-items.tsx";
import { MaterialForm } from "./material-form.tsx";
import { dossiersQuery, materialKindsQuery, materialsQuery } from "./queries.ts";
import { StatusTag } from "./status-tag.tsx";

function Own({ materials }: { materials: MaterialView[] }) {
  const { t } = useTranslation("licences");
  const client = useQueryClient();
  const withdraw = useAction(async (id: string) => {
    await api.post(`/materials/${id}/withdrawal`);
    await client.invalidateQueries({ queryKey: ["materials"] });
  });
  const columns: DataColumn<MaterialView>[] = [
    {
      key: "title",
      title: t("material.name"),
      lead: true,
      render: ({ title, kindName }) => (
        <>
          <div>{title}</div>
          <div className="rq-small rq-soft">{localized(kindName)}</div>
        </>
      ),
    },
    {
      key: "period",
      title: t("material.period"),
      render: ({ validFrom, validUntil }) => `${formatDate(validFrom)} – ${formatDate(validUntil)}`,
    },
    { key: "state", title: t("common:state"), render: ({ state }) => <StatusTag state={state} /> },
    {
      key: "anchor",
      title: t("material.anchor"),
      render: ({ id, anchor }) => <AnchorTag anchor={anchor} proofPath={`/materials/${id}/proof`} />,
    },
    {
      key: "actions",
      title: t("common:actions"),
      render: ({ id, file, state }) => (
        <Space size={4}>
          {file && (
            <Button size="small" href={`${API_PREFIX}/materials/${id}/file`} download={file.name}>
              {t("material.download")}
            </Button>
          )}
          {state !== "withdrawn" && (
            <Popconfirm title={t("material.withdrawConfirm")} onConfirm={() => void withdraw.run(id)}>
              <Button size="small" danger loading={withdraw.pending}>
                {t("material.withdraw")}
              </Button>
            </Popconfirm>
          )}
        </Space>
      ),
    },
  ];
  return (
    <div className="rq-stack">
      {withdraw.error !== undefined && <ProblemAlert error={withdraw.error} />}
      <DataTable
        label={t("material.own")}
        columns={columns}
        rows={materials}
        rowKey={({ id }) => id}
        testId="materials"
        rowTestId={({ kind }) => `material-row-${kind}`}
      />
    </div>
  );
}

/** Materials that are handed in once and used again while they are valid. */
export function MaterialsPage() {
  const { t } = useTranslation("licences");
  const kinds = useQuery(materialKindsQuery);
  const own = useQuery({ ...materialsQuery, refetchInterval: 5_000 });
  const dossiers = useQuery(dossiersQuery);
  const open = (dossiers.data?.items ?? []).filter(({ items }) => items.length > 0);
  return (
    <>
      <PageHeader title={t("material.title")} description={t("material.explain")} />
      <div className="rq-stack">
        {open.length > 0 && (
          <Card title={t("dossier.asked")}>
            <div className="rq-stack">
              {open.map(({ requestId, items }) => (
                <section key={requestId} data-testid={`dossier-${requestId}`}>
                  <Link to={`/enterprise/requests/${requestId}`}>{t("dossier.request")}</Link>
                  <DossierItems requestId={requestId} items={items} />
                </section>
              ))}
            </div>
          </Card>
        )}
        <Card title={t("material.own")}>
          <QueryView
            query={own}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("material.empty")} />}
          >
            {(data) => <Own materials={data.items} />}
          </QueryView>
        </Card>
        <Card title={t("material.handIn")}>
          <QueryView query={kinds}>{(data) => <MaterialForm kinds={data.items} />}</QueryView>
        </Card>
      </div>
    </>
  );
}
