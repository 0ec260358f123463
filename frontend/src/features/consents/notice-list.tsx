import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Card, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { NoticeView } from "../../../../backend/features/consents/consent-schemas.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { noticesQuery } from "./queries.ts";

const SHOWN = 8;

function Line({ notice }: { notice: NoticeView }) {
  const { t } = useTranslation();
  const who = notice.who || t("notices.somebody");
  const purpose = notice.purpose ? t(`consentPurpose.${notice.purpose}`, { defaultValue: notice.purpose }) : "";
  return (
    <li data-testid="notice" data-kind={notice.kind} data-seen={notice.seen}>
      <Badge dot={!notice.seen} offset={[6, 4]}>
        <span>{t(`notices.kind.${notice.kind}`, { who })}</span>
      </Badge>
      <div className="rq-small rq-soft">
        {purpose && `${purpose} · `}
        {formatTime(notice.at)}
      </div>
    </li>
  );
}

/** The latest notices, unread ones marked. */
export function NoticeList() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useQuery(noticesQuery);
  const see = useAction(async () => {
    await api.post("/notices/seen");
    await client.invalidateQueries({ queryKey: noticesQuery.queryKey });
  });
  const unread = query.data?.unread ?? 0;
  return (
    <Card
      title={
        <Space>
          {t("notices.title")}
          <Badge count={unread} data-testid="notices-unread" />
        </Space>
      }
      extra={
        unread > 0 && (
          <Button size="small" loading={see.pending} onClick={() => void see.run()} data-testid="notices-seen">
            {t("notices.seeAll")}
          </Button>
        )
      }
    >
      {see.error !== undefined && <ProblemAlert error={see.error} />}
      <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("notices.none")} />}>
        {(data) => (
          <ul className="rq-stack" style={{ listStyle: "none", margin: 0, padding: 0 }}>
            {data.items.slice(0, SHOWN).map((notice) => (
              <Line key={notice.id} notice={notice} />
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
