import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { catalogsQuery } from "../../lib/queries.ts";
import { useSignedIn } from "../session/use-account.ts";
import { ResourceForm } from "./resource-form.tsx";
import { type Resource, resourcePath, resourceQueryOf } from "./resource-queries.ts";
import { inputOf, type ResourceValues } from "./resource-values.ts";

/** A new resource. */
export function DepartmentResourceNewPage() {
  const { t } = useTranslation("sources");
  return (
    <Editor title={t("form.newTitle")} save={(values) => api.post<Resource>("/data-resources", inputOf(values))} />
  );
}

/** A resource that is there already. */
export function DepartmentResourceEditPage() {
  const { t } = useTranslation("sources");
  const { id = "" } = useParams();
  // Not read again while it is changed: what was begun from is what the version says.
  const query = useQuery({ ...resourceQueryOf(id), refetchInterval: false, refetchOnWindowFocus: false });
  return (
    <QueryView query={query}>
      {(resource) => (
        <Editor
          title={t("form.editTitle", { name: resource.name })}
          resource={resource}
          save={(values) =>
            api.post<Resource>(resourcePath(id, "/edits"), { version: resource.version, resource: inputOf(values) })
          }
        />
      )}
    </QueryView>
  );
}

function Editor(props: { title: string; resource?: Resource; save: (values: ResourceValues) => Promise<Resource> }) {
  const { t } = useTranslation("sources");
  const { participant } = useSignedIn();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const catalogs = useQuery(catalogsQuery);
  const back = props.resource ? `/department/resources/${props.resource.id}` : "/department/resources";
  return (
    <>
      <PageHeader title={props.title} description={t(props.resource ? "form.editIntro" : "form.intro")} />
      <QueryView query={catalogs}>
        {({ items }) => (
          <ResourceForm
            catalogs={items.filter((catalog) => catalog.departmentCode === participant.departmentCode)}
            resource={props.resource}
            firstCatalog={search.get("catalog") ?? undefined}
            save={async (values) => {
              const saved = await props.save(values);
              await queries.invalidateQueries({ queryKey: ["data-resources"] });
              await navigate(`/department/resources/${saved.id}`);
            }}
            onCancel={() => void navigate(back)}
          />
        )}
      </QueryView>
    </>
  );
}
