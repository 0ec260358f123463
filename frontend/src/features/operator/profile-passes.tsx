import { SyncOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Progress, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { RecomputeRun } from "../../../../backend/features/profiles/profile-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { formatCount, formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { profilePassesQuery } from "./queries.ts";

const MINUTE_S = 60;

/** "2:05" for minutes and seconds. */
const durationText = ({ startedAt, finishedAt }: RecomputeRun): string => {
  const end = finishedAt ? Date.parse(finishedAt) : Date.now();
  const seconds = Math.max(0, Math.round((end - Date.parse(startedAt)) / 1_000));
  return `${Math.floor(seconds / MINUTE_S)}:${String(seconds % MINUTE_S).padStart(2, "0")}`;
};

/** The number of enterprises is as of the beginning: it isn't whole until the pass says so. */
const percentOf = ({ state, done, total }: RecomputeRun): number =>
  state === "done" ? 100 : total ? Math.min(99, Math.floor((100 * done) / total)) : 0;

/** Working out all profiles again: how far, how many, how long, and the button to start it. */
export function ProfilePasses() {
  const { t } = useTranslation("operator");
  const queries = useQueryClient();
  const query = useQuery(profilePassesQuery);
  const start = useAction(async () => {
    await api.post<RecomputeRun>("/profile-runs", {});
    await queries.invalidateQueries({ queryKey: profilePassesQuery.queryKey });
  });
  const running = query.data?.run?.state === "running";
  const columns: DataColumn<RecomputeRun>[] = [
    { key: "startedAt", title: t("passes.startedAt"), lead: true, render: (run) => formatTime(run.startedAt) },
    { key: "by", title: t("passes.startedBy"), render: (run) => t(`passes.by.${run.startedBy}`) },
    { key: "state", title: t("common:state"), render: (run) => t(`passes.state.${run.state}`) },
    { key: "done", title: t("passes.done"), align: "right", render: (run) => formatCount(run.done) },
    { key: "changed", title: t("passes.changed"), align: "right", render: (run) => formatCount(run.changed) },
    { key: "took", title: t("passes.took"), align: "right", render: durationText },
  ];
  return (
    <Card
      title={t("passes.title")}
      data-testid="profile-passes"
      data-state={query.data?.run?.state}
      extra={
        <Button
          icon={<SyncOutlined />}
          loading={start.pending}
          disabled={running}
          onClick={() => void start.run()}
          data-testid="profile-passes-start"
        >
          {t("passes.start")}
        </Button>
      }
    >
      <div className="rq-stack">
        <Typography.Paragraph type="secondary">{t("passes.intro")}</Typography.Paragraph>
        {start.error !== undefined && <ProblemAlert error={start.error} />}
        <QueryView query={query}>
          {({ run, earlier, nextDaily }) => (
            <>
              <Flex vertical gap={4} aria-live="polite">
                {run && (
                  <>
                    <span data-testid="profile-passes-progress">
                      {t(run.state === "running" ? "passes.running" : "passes.last", {
                        done: formatCount(run.done),
                        total: run.total === undefined ? "–" : formatCount(run.total),
                        changed: formatCount(run.changed),
                        took: durationText(run),
                      })}
                    </span>
                    {run.state === "running" && (
                      <Progress percent={percentOf(run)} status="active" aria-label={t("passes.progress")} />
                    )}
                  </>
                )}
                {!running && <span className="rq-small">{t("passes.next", { time: formatTime(nextDaily) })}</span>}
              </Flex>
              {run && (
                <DataTable
                  label={t("passes.title")}
                  columns={columns}
                  rows={[run, ...earlier]}
                  rowKey={({ id }) => id}
                  testId="profile-passes-list"
                />
              )}
            </>
          )}
        </QueryView>
      </div>
    </Card>
  );
}
