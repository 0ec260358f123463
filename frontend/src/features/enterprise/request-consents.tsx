import { useQuery } from "@tanstack/react-query";
import { Divider } from "antd";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { consentsQuery } from "../../lib/queries.ts";
import { ConsentForm } from "./consent-form.tsx";
import { ConsentTable } from "./consent-table.tsx";

/** Who may read the profile for this request, and letting more do so. */
export function RequestConsents({ request }: { request: RequestView }) {
  const { t } = useTranslation("enterprise");
  const query = useQuery(consentsQuery);
  return (
    <QueryView query={query}>
      {(data) => {
        const mine = data.items.filter(({ terms }) => terms.requestId === undefined || terms.requestId === request.id);
        const holders = new Set(mine.filter(({ state }) => state === "active").map(({ recipient }) => recipient.id));
        return (
          <div className="rq-stack">
            {mine.length === 0 ? <EmptyState text={t("consent.emptyRequest")} /> : <ConsentTable consents={mine} />}
            {request.state === "open" && (
              <>
                <Divider titlePlacement="start">{t("consent.give")}</Divider>
                <ConsentForm requestId={request.id} holders={holders} />
              </>
            )}
          </div>
        );
      }}
    </QueryView>
  );
}
