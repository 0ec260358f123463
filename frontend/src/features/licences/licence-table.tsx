import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { LicenceView } from "../../../../backend/features/licences/licence-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { formatDate, localized } from "../../lib/format.ts";
import { StatusTag } from "./status-tag.tsx";
import "./licences.css";

/** Electronic licences with their status of this moment. `action`: what can be done with one. */
export function LicenceTable(props: { licences: LicenceView[]; action?: (licence: LicenceView) => ReactNode }) {
  const { t } = useTranslation("licences");
  const { action } = props;
  const columns: DataColumn<LicenceView>[] = [
    {
      key: "kind",
      title: t("licence.kind"),
      lead: true,
      render: ({ kindName, title }) => (
        <>
          <div>{localized(title ?? kindName)}</div>
          {title && <div className="rq-small rq-soft">{localized(kindName)}</div>}
        </>
      ),
    },
    {
      key: "number",
      title: t("licence.number"),
      wrap: true,
      render: ({ number }) => <span className="rq-code licence-number">{number}</span>,
    },
    {
      key: "issuer",
      title: t("licence.issuer"),
      wrap: true,
      render: ({ issuer, departmentName }) => issuer ?? localized(departmentName),
    },
    { key: "issued", title: t("licence.issuedOn"), render: ({ issuedOn }) => (issuedOn ? formatDate(issuedOn) : "—") },
    {
      key: "until",
      title: t("licence.validUntil"),
      render: ({ validUntil }) => (validUntil ? formatDate(validUntil) : t("licence.noEnd")),
    },
    { key: "status", title: t("common:state"), render: ({ status }) => <StatusTag state={status} /> },
    ...(action ? [{ key: "action", title: t("common:actions"), render: action }] : []),
  ];
  return (
    <DataTable
      label={t("licence.title")}
      columns={columns}
      rows={props.licences}
      rowKey={({ id }) => id}
      testId="licences"
      rowTestId={({ kind }) => `licence-${kind}`}
    />
  );
}
