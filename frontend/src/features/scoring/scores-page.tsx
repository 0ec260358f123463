import { useQuery } from "@tanstack/react-query";
import { Card, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { useSignedIn } from "../session/use-account.ts";
import { scoresQuery } from "./queries.ts";
import { ScoreTable } from "./score-table.tsx";

/** The scores that an institution was given, or all of them for the regulator. */
export function ScoresPage() {
  const { t } = useTranslation("scoring");
  const { role } = useSignedIn();
  const [filter, setFilter] = useState<{ uscc?: string | undefined; page: number }>({ page: 1 });
  const query = useQuery(scoresQuery(filter));
  return (
    <>
      <PageHeader title={t("scores.title")} description={t(`scores.explain.${role}`)} />
      <Card>
        <div className="rq-stack">
          <Input.Search
            allowClear
            placeholder={t("scores.search")}
            aria-label={t("scores.search")}
            maxLength={18}
            style={{ maxWidth: 360 }}
            onSearch={(uscc) => setFilter({ uscc: uscc.trim() || undefined, page: 1 })}
            data-testid="scores-search"
          />
          <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("history.none")} />}>
            {(data) => (
              <ScoreTable
                scores={data.items}
                paging={{ page: filter.page, total: data.total, onChange: (page) => setFilter({ ...filter, page }) }}
              />
            )}
          </QueryView>
        </div>
      </Card>
    </>
  );
}
