import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Card, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatTime, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { noticesQuery } from "./queries.ts";

/** New objections and reminders that the department hasn't read; nothing when there are none. */
export function NoticeList() {
  const { t } = useTranslation("objections");
  const client = useQueryClient();
  const query = useQuery(noticesQuery);
  const read = useAction(async () => {
    await api.post("/objection-notices/read", {});
    await client.invalidateQueries({ queryKey: noticesQuery.queryKey });
  });
  if (query.data?.unread === 0) return null;
  return (
    <Card
      size="small"
      data-testid="objection-notices"
      title={
        <>
          {t("notices.title")} <Badge count={query.data?.unread ?? 0} />
        </>
      }
      extra={
        <Button
          size="small"
          loading={read.pending}
          onClick={() => void read.run()}
          data-testid="objection-notices-read"
        >
          {t("notices.read")}
        </Button>
      }
    >
      <QueryView query={query}>
        {(data) => (
          <ul>
            {data.items
              .filter((notice) => !notice.read)
              .map((notice) => (
                <li key={`${notice.objectionId}:${notice.kind}`} data-testid={`objection-notice-${notice.kind}`}>
                  <Link to={`/department/objections/${notice.objectionId}`}>
                    {t(`notices.${notice.kind}`, {
                      name: notice.enterpriseName,
                      catalog: localized(notice.catalogName),
                    })}
                  </Link>{" "}
                  <Typography.Text type="secondary" className="rq-small">
                    {t("notices.due", { time: formatTime(notice.dueAt) })}
                  </Typography.Text>
                </li>
              ))}
          </ul>
        )}
      </QueryView>
      {read.error !== undefined && <ProblemAlert error={read.error} />}
    </Card>
  );
}
