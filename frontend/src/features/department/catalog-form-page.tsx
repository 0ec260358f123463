import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { localized } from "../../lib/format.ts";
import { draftOf, NEW_CATALOG } from "./catalog-draft.ts";
import { CatalogForm } from "./catalog-form.tsx";
import { catalogQuery } from "./catalog-queries.ts";

export function CatalogNewPage() {
  const { t } = useTranslation("catalogs");
  return (
    <>
      <PageHeader
        back={<Link to="/department/catalogs">{t("detail.back")}</Link>}
        title={t("form.newTitle")}
        description={t("form.newIntro")}
      />
      <CatalogForm first={NEW_CATALOG} isNew />
    </>
  );
}

export function CatalogEditPage() {
  const { t } = useTranslation("catalogs");
  const { id = "" } = useParams();
  return (
    <QueryView query={useQuery({ ...catalogQuery(id), staleTime: Number.POSITIVE_INFINITY })}>
      {(detail) => {
        // What waits is gone on with; else it starts from what is in use.
        const newest = detail.versions[0];
        const definition = (newest?.state === "pending" ? newest.definition : (detail.inUse ?? newest?.definition))!;
        return (
          <>
            <PageHeader
              back={<Link to={`/department/catalogs/${encodeURIComponent(id)}`}>{localized(definition.name)}</Link>}
              title={t("form.editTitle", { name: localized(definition.name) })}
              description={t("form.editIntro")}
            />
            <CatalogForm first={draftOf(definition)} isNew={false} />
          </>
        );
      }}
    </QueryView>
  );
}
