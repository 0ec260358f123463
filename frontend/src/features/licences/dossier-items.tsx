import { useQueryClient } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Dossier } from "../../../../backend/features/licences/material-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { formatDate, localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { useAction } from "../../lib/use-action.ts";
import { StatusTag } from "./status-tag.tsx";

type Item = Dossier["items"][number];
const offered = (items: readonly Item[]): Item[] => items.filter(({ state }) => state === "offered");
const chosenOf = ({ kind, offer }: Item) => ({
  kind,
  ...(offer?.materialId ? { materialId: offer.materialId } : {}),
  ...(offer?.licenceId ? { licenceId: offer.licenceId } : {}),
});

/** For the enterprise: what a request's institutions ask for, what it has of that, and one button to attach it. */
export function DossierItems({ requestId, items }: Dossier) {
  const { t } = useTranslation("licences");
  const client = useQueryClient();
  const act = useAction(async (path: string, body: unknown) => {
    await api.post(`/requests/${encodeURIComponent(requestId)}/${path}`, body);
    await client.invalidateQueries({ queryKey: ["materials"] });
  });
  const attach = (some: Item[]) => void act.run("materials", { items: some.map(chosenOf) });
  const columns: DataColumn<Item>[] = [
    {
      key: "kind",
      title: t("material.kind"),
      lead: true,
      render: ({ kindName, asks }) => (
        <>
          <div>{localized(kindName)}</div>
          <div className="rq-small rq-soft">
            {listText([...new Set(asks.map(({ institution }) => institution.name))])}
          </div>
        </>
      ),
    },
    { key: "note", title: t("dossier.note"), wrap: true, render: ({ asks }) => asks[0]?.note || "—" },
    {
      key: "what",
      title: t("dossier.have"),
      wrap: true,
      render: ({ attached, offer }) => {
        const one = offer ?? attached;
        return one ? (
          <>
            <div>{one.title}</div>
            {one.validUntil && (
              <div className="rq-small rq-soft">{t("dossier.until", { date: formatDate(one.validUntil) })}</div>
            )}
          </>
        ) : (
          "—"
        );
      },
    },
    { key: "state", title: t("common:state"), render: ({ state }) => <StatusTag state={state} /> },
    {
      key: "action",
      title: t("common:actions"),
      render: (item) => (
        <>
          {item.state === "offered" && (
            <Button
              size="small"
              type="primary"
              loading={act.pending}
              onClick={() => attach([item])}
              data-testid={`dossier-attach-${item.kind}`}
            >
              {t("dossier.attach")}
            </Button>
          )}
          {item.state === "attached" && (
            <Button
              size="small"
              loading={act.pending}
              onClick={() => void act.run("materials/removal", { kind: item.kind })}
            >
              {t("dossier.detach")}
            </Button>
          )}
          {item.state === "missing" &&
            (item.source === "licence" ? (
              t("dossier.noLicence")
            ) : (
              <Link to="/enterprise/materials">{t(item.attached ? "dossier.again" : "dossier.handIn")}</Link>
            ))}
        </>
      ),
    },
  ];
  return (
    <div className="rq-stack">
      {act.error !== undefined && <ProblemAlert error={act.error} />}
      <DataTable
        label={t("dossier.title")}
        columns={columns}
        rows={items}
        rowKey={({ kind }) => kind}
        testId="dossier-items"
        rowTestId={({ kind }) => `dossier-item-${kind}`}
      />
      {offered(items).length > 1 && (
        <Space>
          <Button
            type="primary"
            loading={act.pending}
            onClick={() => attach(offered(items))}
            data-testid="dossier-attach-all"
          >
            {t("dossier.attachAll", { count: offered(items).length })}
          </Button>
        </Space>
      )}
    </div>
  );
}
