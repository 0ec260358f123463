import { useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { consentsQuery } from "../../lib/queries.ts";
import { CopiesTable } from "../consents/copies-table.tsx";
import { ConsentAsked } from "./consent-asked.tsx";
import { ConsentForm } from "./consent-form.tsx";
import { ConsentTable } from "./consent-table.tsx";

export function ConsentsPage() {
  const { t } = useTranslation("enterprise");
  const query = useQuery(consentsQuery);
  const holders = new Set(
    (query.data?.items ?? [])
      .filter(({ state, terms }) => state === "active" && terms.requestId === undefined)
      .map(({ recipient }) => recipient.id),
  );
  return (
    <>
      <PageHeader title={t("consent.title")} description={t("consent.explain")} />
      <div className="rq-stack">
        <Card title={t("consent.given")}>
          <QueryView
            query={query}
            isEmpty={(data) => data.items.length === 0}
            empty={<EmptyState text={t("consent.empty")} />}
          >
            {(data) => <ConsentTable consents={data.items} />}
          </QueryView>
        </Card>
        <Card title={t("consent.asked")}>
          <ConsentAsked />
        </Card>
        <Card title={t("consent.give")}>
          <ConsentForm holders={holders} />
        </Card>
        <Card title={t("common:consentCopy.title")}>
          <CopiesTable reader="enterprise" />
        </Card>
      </div>
    </>
  );
}
