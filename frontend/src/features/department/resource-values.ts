import type { Resource, ResourceInput } from "./resource-queries.ts";

/** What the form holds: every part that some kind needs, as text where a person types. */
export interface ResourceValues {
  catalogId: string;
  kind: Resource["kind"];
  name: string;
  description?: string;
  owner: string;
  everyMinutes?: number | null;
  mapping?: { source?: string; field?: string; unit?: "yuan" | "wanyuan" | "" }[];
  deletionSource?: string;
  deletionValues?: string;
  url?: string;
  rows?: string;
  headers?: { name?: string; value?: string }[];
  paging?: "none" | "cursor" | "page" | "since";
  parameter?: string;
  pointer?: string;
  atEnd?: "restart" | "resume";
  size?: number;
  sizeParameter?: string;
  first?: string;
  timeoutSeconds?: number;
  engine?: "postgresql" | "mysql" | "sqlite";
  host?: string;
  port?: number | null;
  database?: string;
  user?: string;
  password?: string;
  tls?: "off" | "encrypt" | "verify";
  ca?: string;
  schema?: string;
  table?: string;
  keyColumn?: string;
  updatedColumn?: string;
  settleSeconds?: number;
  pageRows?: number;
}

export const NEW_RESOURCE: Partial<ResourceValues> = {
  kind: "push",
  paging: "none",
  atEnd: "restart",
  rows: "",
  size: 100,
  timeoutSeconds: 30,
  engine: "postgresql",
  tls: "verify",
  settleSeconds: 0,
  pageRows: 2_000,
  mapping: [],
  headers: [],
};

const filled = (text: string | undefined): string | undefined => (text?.trim() ? text.trim() : undefined);
const optional = <T>(name: string, value: T | null | undefined): Record<string, T> =>
  value === undefined || value === null ? {} : { [name]: value };

function pagingOf(values: ResourceValues): object {
  const { paging = "none", parameter, pointer, atEnd, size, sizeParameter, first } = values;
  switch (paging) {
    case "none":
      return { kind: "none" };
    case "cursor":
      return { kind: "cursor", parameter, pointer: pointer ?? "", atEnd };
    case "page":
      return { kind: "page", parameter, size, ...optional("sizeParameter", filled(sizeParameter)) };
    case "since":
      return { kind: "since", parameter, pointer: pointer ?? "", ...optional("first", filled(first)) };
  }
}

/** The API's form of it; what is wrong with it the API says, field by field. */
export function inputOf(values: ResourceValues): ResourceInput {
  const { kind, catalogId, name, owner } = values;
  const mapping = (values.mapping ?? [])
    .filter((line) => line.source && line.field)
    .map(({ source, field, unit }) => ({ source, field, ...(unit ? { unit } : {}) }));
  const marks = (values.deletionValues ?? "").split(/[,，]/).map((mark) => mark.trim());
  const deletion = filled(values.deletionSource);
  const fetched = kind === "pull" || kind === "table";
  const timeoutSeconds = values.timeoutSeconds;
  return {
    catalogId,
    kind,
    name,
    owner,
    description: values.description ?? "",
    mapping,
    ...(deletion ? { deletion: { source: deletion, values: marks.filter((mark) => mark !== "") } } : {}),
    ...(fetched ? optional("everyMinutes", values.everyMinutes) : {}),
    ...(kind === "pull"
      ? {
          pull: {
            url: values.url ?? "",
            rows: values.rows ?? "",
            paging: pagingOf(values),
            timeoutSeconds,
            headers: (values.headers ?? [])
              .filter((header) => header.name)
              .map((header) => ({ name: header.name, ...optional("value", filled(header.value)) })),
            ...optional("ca", filled(values.ca)),
          },
        }
      : {}),
    ...(kind === "table"
      ? {
          table: {
            engine: values.engine,
            host: values.engine === "sqlite" ? "" : (values.host ?? ""),
            ...optional("port", values.port),
            database: values.database ?? "",
            user: values.user ?? "",
            ...optional("password", filled(values.password)),
            tls: values.tls,
            ...optional("ca", filled(values.ca)),
            ...optional("schema", filled(values.schema)),
            table: values.table ?? "",
            keyColumn: values.keyColumn ?? "",
            ...optional("updatedColumn", filled(values.updatedColumn)),
            settleSeconds: values.settleSeconds ?? 0,
            pageRows: values.pageRows,
            timeoutSeconds,
          },
        }
      : {}),
  } as ResourceInput;
}

/** What the form starts from when a resource is changed. Secrets are not there: left empty, the kept ones stay. */
export function valuesOf(resource: Resource): ResourceValues {
  const { pull, table, mapping, deletion, ...rest } = resource;
  const paging = pull?.paging;
  const { kind: pagingKind, ...pagingRest } = paging ?? { kind: "none" as const };
  return {
    ...(NEW_RESOURCE as ResourceValues),
    ...(pull ? { ...pull, paging: pagingKind, ...(pagingRest as object) } : {}),
    ...(table ?? {}),
    catalogId: rest.catalogId,
    kind: rest.kind,
    name: rest.name,
    owner: rest.owner,
    description: rest.description,
    mapping,
    ...(rest.everyMinutes === undefined ? {} : { everyMinutes: rest.everyMinutes }),
    ...(deletion ? { deletionSource: deletion.source, deletionValues: deletion.values.join(",") } : {}),
  } as ResourceValues;
}
