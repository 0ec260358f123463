import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { StatusCards } from "../../components/status-cards.tsx";
import { statusQuery } from "../../lib/oversight-queries.ts";
import { ProfilePasses } from "./profile-passes.tsx";

export function OperatorStatusPage() {
  const { t } = useTranslation("operator");
  const query = useQuery(statusQuery);
  return (
    <>
      <PageHeader title={t("status.title")} description={t("status.intro")} />
      <div className="rq-stack">
        <QueryView query={query}>{(status) => <StatusCards status={status} />}</QueryView>
        <ProfilePasses />
      </div>
    </>
  );
}
