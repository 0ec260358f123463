import { Flex, Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { DataTable } from "../../components/data-table.tsx";
import { isChinese, localized } from "../../lib/format.ts";
import type { CatalogDefinition, CatalogField } from "./catalog-queries.ts";

/** What the field is for beside its value. */
function rolesOf(definition: CatalogDefinition, name: string): string[] {
  const roles: string[] = [];
  if (definition.key.includes(name)) roles.push("key");
  if (definition.subjectField === name) roles.push("subject");
  if (definition.periodField === name) roles.push("period");
  if (definition.endedField === name) roles.push("ended");
  if (definition.sourceTimeField === name) roles.push("sourceTime");
  const { licence, identity } = definition;
  if (licence && Object.entries(licence).some(([key, field]) => key !== "validStatus" && field === name)) {
    roles.push("licence");
  }
  if (identity && Object.values(identity).includes(name)) roles.push("identity");
  return roles;
}

/** The values of a code, each with the words for it. */
function CodeWords({ field }: { field: CatalogField }) {
  const words = new Map<string, string[]>();
  for (const [word, value] of Object.entries(field.codes ?? {})) words.set(value, [...(words.get(value) ?? []), word]);
  if (words.size === 0) return null;
  return (
    <div className="rq-small">
      {[...words].map(([value, list]) => `${isChinese() ? list[0] : value}`).join(isChinese() ? "、" : ", ")}
    </div>
  );
}

export function CatalogFieldsTable({ definition }: { definition: CatalogDefinition }) {
  const { t } = useTranslation("catalogs");
  return (
    <DataTable<CatalogField>
      label={t("detail.fields")}
      testId="catalog-fields"
      rows={definition.fields}
      rowKey={({ name }) => name}
      rowTestId={({ name }) => `field-${name}`}
      columns={[
        {
          key: "label",
          title: t("field.label"),
          lead: true,
          render: ({ label, name, required }) => (
            <>
              {localized(label)}
              {required && (
                <Tooltip title={t("field.required")}>
                  <span style={{ color: "var(--rq-fail)" }}> *</span>
                </Tooltip>
              )}
              <div className="rq-small">
                <code>{name}</code>
              </div>
            </>
          ),
        },
        {
          key: "type",
          title: t("field.type"),
          wrap: true,
          render: (field) => (
            <>
              {t(`type.${field.type}`)}
              {field.unit && ` · ${t(`unit.${field.unit}`)}`}
              <CodeWords field={field} />
            </>
          ),
        },
        {
          key: "headings",
          title: t("field.headings"),
          wrap: true,
          render: ({ headings }) => headings.join(isChinese() ? "、" : ", "),
        },
        {
          key: "roles",
          title: t("field.roles"),
          wrap: true,
          render: ({ name }) => (
            <Flex gap={4} wrap>
              {rolesOf(definition, name).map((role) => (
                <Tag key={role}>{t(`role.${role}`)}</Tag>
              ))}
            </Flex>
          ),
        },
      ]}
    />
  );
}
