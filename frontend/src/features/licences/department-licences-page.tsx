import { useQuery } from "@tanstack/react-query";
import { Card, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, localized } from "../../lib/format.ts";
import { LicenceTable } from "./licence-table.tsx";
import { departmentLicencesQuery, licenceKindsQuery } from "./queries.ts";

function Found({ enterprise }: { enterprise: string }) {
  const { t } = useTranslation("licences");
  const query = useQuery(departmentLicencesQuery(enterprise));
  return (
    <QueryView
      query={query}
      isEmpty={(data) => data.enterprise === undefined}
      empty={<EmptyState text={t("department.unknown")} />}
    >
      {(data) => (
        <div className="rq-stack">
          <div data-testid="department-enterprise">
            {data.enterprise?.name} <span className="rq-code">{data.enterprise?.uscc}</span>
          </div>
          {data.items.length === 0 ? (
            <EmptyState text={t("department.none")} />
          ) : (
            <LicenceTable licences={data.items} />
          )}
        </div>
      )}
    </QueryView>
  );
}

/** A department's own kinds of licences, and an enterprise's licences among them. */
export function DepartmentLicencesPage() {
  const { t } = useTranslation("licences");
  const query = useQuery(licenceKindsQuery);
  const [enterprise, setEnterprise] = useState("");
  type Kind = NonNullable<typeof query.data>["items"][number];
  const columns: DataColumn<Kind>[] = [
    { key: "name", title: t("licence.kind"), lead: true, render: ({ name }) => localized(name) },
    {
      key: "records",
      title: t("department.records"),
      align: "right",
      render: ({ records }) => (records === undefined ? "—" : formatCount(records)),
    },
  ];
  return (
    <>
      <PageHeader title={t("department.title")} description={t("department.explain")} />
      <div className="rq-stack">
        <Card title={t("department.look")}>
          <div className="rq-stack">
            <Input.Search
              aria-label={t("department.enterprise")}
              placeholder={t("department.enterprise")}
              enterButton={t("department.search")}
              onSearch={(text) => setEnterprise(text.trim())}
              data-testid="department-search"
            />
            {enterprise.length > 1 && <Found enterprise={enterprise} />}
          </div>
        </Card>
        <Card title={t("department.kinds")}>
          <QueryView
            query={query}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("department.noKinds")} />}
          >
            {(data) => (
              <DataTable
                label={t("department.kinds")}
                columns={columns}
                rows={data.items}
                rowKey={({ kind }) => kind}
                testId="licence-kinds"
              />
            )}
          </QueryView>
        </Card>
      </div>
    </>
  );
}
