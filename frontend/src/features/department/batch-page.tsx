import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { BatchStateTag } from "../../components/batch-state-tag.tsx";
import { BatchSummary } from "../../components/batch-summary.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { batchQuery } from "../../lib/batch-queries.ts";
import { BatchQuarantine } from "./batch-quarantine.tsx";

/** One batch: counts, state, and the rows that were not taken. */
export function DepartmentBatchPage() {
  const { t } = useTranslation("department");
  const { id = "" } = useParams();
  const query = useQuery(batchQuery(id));
  return (
    <QueryView query={query}>
      {(batch) => (
        <>
          <PageHeader
            back={
              <Link to="/department/batches" data-testid="back-to-batches">
                <ArrowLeftOutlined /> {t("batches.title")}
              </Link>
            }
            title={batch.fileName}
            description={<BatchStateTag state={batch.state} />}
          />
          <div className="rq-stack">
            <BatchSummary batch={batch} />
            {batch.origin.replayOf && (
              <Link to={`/department/batches/${batch.origin.replayOf}`} data-testid="batch-replay-of">
                {t("ingestion:replayOf")}
              </Link>
            )}
            {batch.quarantined > 0 && <BatchQuarantine batch={batch} />}
          </div>
        </>
      )}
    </QueryView>
  );
}
