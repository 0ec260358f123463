import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSignedIn } from "../session/use-account.ts";
import { alertsQuery } from "./queries.ts";

/** Drift that nobody has looked at yet. */
export function AlertList() {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const client = useQueryClient();
  const { data } = useQuery(alertsQuery);
  const seen = useAction(async () => {
    await api.post("/scorecard-alerts/seen");
    await client.invalidateQueries({ queryKey: alertsQuery.queryKey });
  });
  const fresh = data?.items.filter((report) => !report.seen) ?? [];
  if (fresh.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      data-testid="scorecard-alerts"
      title={t("alerts.title", { count: fresh.length })}
      description={
        <ul>
          {fresh.map((report) => (
            <li key={report.id}>
              <Link to={`/${role}/scorecards/${report.scorecardId}`}>
                {t("alerts.line", {
                  card: `${report.owner.name} · ${report.cardId}`,
                  version: report.version,
                  month: report.month,
                  drift: t(`drift.${report.drift}`),
                })}
              </Link>
            </li>
          ))}
        </ul>
      }
      action={
        <Button size="small" loading={seen.pending} onClick={() => void seen.run()} data-testid="scorecard-alerts-seen">
          {t("alerts.seen")}
        </Button>
      }
    />
  );
}
