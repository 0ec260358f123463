import { DownloadOutlined, EditOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { LinkButton } from "../../components/link-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { API_PREFIX } from "../../lib/api.ts";
import { isChinese, localized } from "../../lib/format.ts";
import { useSignedIn } from "../session/use-account.ts";
import { CatalogFieldsTable } from "./catalog-fields-table.tsx";
import { type CatalogDefinition, type CatalogDetail, catalogQuery } from "./catalog-queries.ts";
import { CatalogVersions, WaitingVersion } from "./catalog-versions.tsx";

function Facts({ definition, detail }: { definition: CatalogDefinition; detail: CatalogDetail }) {
  const { t } = useTranslation("catalogs");
  const label = (name: string) => {
    const field = definition.fields.find((candidate) => candidate.name === name);
    return field ? localized(field.label) : name;
  };
  const erased = definition.erasedAfterYears;
  const items = [
    ["id", <code key="id">{detail.id}</code>],
    ["department", localized(detail.departmentName)],
    ["group", t(`group.${definition.group}`)],
    ["legalBasis", definition.legalBasis],
    ["sensitivity", t(`department:sensitivity.${definition.sensitivity}`)],
    ["share", t(`department:shareType.${definition.shareType}`)],
    ["frequency", t(`department:frequency.${definition.updateFrequency}`)],
    ["key", definition.key.map(label).join(isChinese() ? "、" : ", ")],
    ...(erased ? [["erased", t("detail.erasedAfter", { years: erased })]] : []),
    ["version", detail.currentVersion === 0 ? t("detail.notInUse") : String(detail.currentVersion)],
  ] as const;
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2 }}
      items={items.map(([key, children]) => ({ key: String(key), label: t(`detail.${key}`), children }))}
    />
  );
}

function Actions({ detail }: { detail: CatalogDetail }) {
  const { t } = useTranslation("catalogs");
  const { role } = useSignedIn();
  const id = encodeURIComponent(detail.id);
  const template = (format: string) => `${API_PREFIX}/catalogs/${id}/template?format=${format}`;
  return (
    <>
      {["csv", "xlsx"].map((format) => (
        <Button key={format} href={template(format)} icon={<DownloadOutlined />} data-testid={`template-${format}`}>
          {t("detail.template", { format: format.toUpperCase() })}
        </Button>
      ))}
      {detail.mayChange && (
        <LinkButton to={`/${role}/catalogs/${id}/edit`} icon={<EditOutlined />} data-testid="catalog-edit">
          {t("detail.edit")}
        </LinkButton>
      )}
      {detail.mayChange && detail.currentVersion > 0 && (
        <LinkButton to={`/department/upload?catalog=${id}`} icon={<UploadOutlined />} type="primary">
          {t("department:catalog.upload")}
        </LinkButton>
      )}
    </>
  );
}

/** One catalog: what is in it, by what law, under which headings it is read, and how it came to be so. */
export function CatalogDetailPage() {
  const { t } = useTranslation("catalogs");
  const { role } = useSignedIn();
  const { id = "" } = useParams();
  return (
    <QueryView query={useQuery(catalogQuery(id))}>
      {(detail) => {
        const newest = detail.versions[0];
        const definition = (detail.inUse ?? newest?.definition)!;
        const rejected = newest?.state === "rejected" ? newest : undefined;
        return (
          <>
            <PageHeader
              back={<Link to={`/${role}/catalogs`}>{t("detail.back")}</Link>}
              title={localized(definition.name)}
              description={localized(detail.departmentName)}
              actions={<Actions detail={detail} />}
            />
            {rejected && (
              <Alert
                type="error"
                showIcon
                title={t("detail.rejected", { number: rejected.number })}
                description={rejected.note}
                style={{ marginBottom: 16 }}
                data-testid="catalog-rejected"
              />
            )}
            {newest?.state === "pending" && (
              <WaitingVersion id={detail.id} version={newest} mayDecide={role === "operator"} />
            )}
            <Card style={{ marginBottom: 16 }}>
              <Facts definition={definition} detail={detail} />
            </Card>
            {detail.inUse && (
              <Card title={t("detail.fieldsOf", { count: definition.fields.length })} style={{ marginBottom: 16 }}>
                <CatalogFieldsTable definition={definition} />
              </Card>
            )}
            {detail.versions.length > 0 && (
              <Card title={t("version.title")}>
                <CatalogVersions versions={detail.versions} />
              </Card>
            )}
          </>
        );
      }}
    </QueryView>
  );
}
