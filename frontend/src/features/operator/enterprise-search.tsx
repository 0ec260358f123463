import { useQuery } from "@tanstack/react-query";
import { Button, Input, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { registrationStatusName } from "../../lib/code-names.ts";
import { type RegisteredEnterprise, registeredEnterprisesQuery } from "./queries.ts";
import type { AdmittedBody } from "./signed-admission.ts";

/** Finds an enterprise in the business registration and admits it as it is registered. */
export function EnterpriseSearch({ onAdmit, pending }: { onAdmit: (body: AdmittedBody) => void; pending: boolean }) {
  const { t } = useTranslation("operator");
  const [text, setText] = useState("");
  const query = useQuery(registeredEnterprisesQuery(text));
  const columns: DataColumn<RegisteredEnterprise>[] = [
    { key: "name", title: t("search.name"), lead: true, render: (row) => row.name },
    { key: "uscc", title: t("common:uscc"), render: (row) => <span className="rq-code">{row.uscc}</span> },
    { key: "district", title: t("search.district"), render: (row) => row.district },
    { key: "industry", title: t("search.industry"), render: (row) => row.industry },
    {
      key: "status",
      title: t("search.status"),
      render: (row) => <Tag>{registrationStatusName(row.status)}</Tag>,
    },
    {
      key: "admit",
      title: "",
      align: "right",
      render: (row) =>
        row.participantId ? (
          <Tag color="success" data-testid={`admitted-${row.uscc}`}>
            {t("search.admitted")}
          </Tag>
        ) : (
          <Button
            type="primary"
            size="small"
            loading={pending}
            onClick={() => onAdmit({ kind: "enterprise", name: row.name, uscc: row.uscc })}
            data-testid={`admit-${row.uscc}`}
          >
            {t("search.admit")}
          </Button>
        ),
    },
  ];
  return (
    <div className="rq-stack">
      <Input.Search
        allowClear
        enterButton={t("common:search")}
        size="large"
        placeholder={t("search.placeholder")}
        aria-label={t("search.placeholder")}
        onSearch={(value) => setText(value.trim())}
        data-testid="enterprise-search"
        style={{ maxWidth: 560 }}
      />
      {text.length < 2 ? (
        <EmptyState text={t("search.start")} />
      ) : (
        <QueryView
          query={query}
          isEmpty={(data) => data.items.length === 0}
          empty={<EmptyState text={t("search.none")} />}
        >
          {(data) => (
            <DataTable
              label={t("search.results")}
              columns={columns}
              rows={data.items}
              rowKey={(row) => row.uscc}
              testId="enterprise-results"
              rowTestId={(row) => `enterprise-${row.uscc}`}
            />
          )}
        </QueryView>
      )}
    </div>
  );
}
