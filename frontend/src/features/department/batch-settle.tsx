import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Descriptions, Input, Modal, Radio, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { BatchView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import type { settlementAnswer, subjectAnswer } from "../../../../backend/features/subjects/subject-schemas.ts";
import { isUscc } from "../../../../backend/lib/uscc.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import type { QuarantinedRow } from "../../lib/batch-queries.ts";
import { formatBps, formatCount } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";

type Subject = z.infer<typeof subjectAnswer>;
type Candidate = Subject["candidates"][number];
type Words = NonNullable<QuarantinedRow["subject"]>;

const ENTERED = "$entered";

const subjectQuery = (catalogId: string, asked: Words & { uscc?: string }) =>
  queryOptions({
    queryKey: ["catalogs", catalogId, "subject", asked],
    queryFn: ({ signal }) => api.get<Subject>(`/catalogs/${encodeURIComponent(catalogId)}/subject`, asked, signal),
    gcTime: 0,
  });

interface Props {
  batch: BatchView;
  headings: readonly string[];
  row: QuarantinedRow;
  subject: Words;
  onClose: () => void;
  onSent: (batchId: string, uscc: string) => Promise<void>;
}

/** Whom a row means: the department says so for these words once and for all, and the row goes in again at once. */
export function BatchSettle({ batch, headings, row, subject, onClose, onSent }: Props) {
  const { t } = useTranslation("subjects");
  const [chosen, setChosen] = useState<string>();
  const [entered, setEntered] = useState("");
  const query = useQuery(subjectQuery(batch.catalogId, subject));
  const candidates = query.data?.candidates ?? [];
  const choice = chosen ?? (query.data?.state === "linked" ? candidates[0]?.uscc : candidates.length ? "" : ENTERED);
  const code = entered.trim().toUpperCase();
  const known = useQuery({
    ...subjectQuery(batch.catalogId, { uscc: code }),
    enabled: choice === ENTERED && isUscc(code),
    placeholderData: keepPreviousData,
  });
  const enteredName = isUscc(code) ? known.data?.candidates.find(({ uscc }) => uscc === code)?.name : undefined;
  const uscc = choice === ENTERED ? (enteredName ? code : undefined) : choice || undefined;
  const settle = useAction(async (who: string) => {
    const path = `/catalogs/${encodeURIComponent(batch.catalogId)}/subject-settlements`;
    await api.post<z.infer<typeof settlementAnswer>>(path, { ...subject, uscc: who });
    const replay = await api.post<BatchView>(
      `/batches/${encodeURIComponent(batch.id)}/quarantine/${row.number}/replay`,
      { cells: headings.map((_, i) => row.cells[i] ?? "") },
    );
    await onSent(replay.id, who);
  });
  return (
    <Modal
      open
      width={720}
      title={t("title", { row: formatCount(row.row) })}
      okText={t("settle")}
      cancelText={t("common:cancel")}
      okButtonProps={{ disabled: uscc === undefined, loading: settle.pending, "data-testid": "settle-send" }}
      onOk={() => uscc && void settle.run(uscc)}
      onCancel={onClose}
    >
      <div className="rq-stack" data-testid="settle-dialog">
        <Typography.Paragraph type="secondary">{t("intro")}</Typography.Paragraph>
        <Descriptions
          size="small"
          column={1}
          title={t("words")}
          items={headings
            .map((heading, i) => ({ key: i, label: heading || "–", children: row.cells[i] ?? "" }))
            .filter(({ children }) => children.trim() !== "")}
        />
        <QueryView query={query}>
          {(answer) => (
            <>
              <Typography.Text strong>{t(`state.${answer.state}`)}</Typography.Text>
              <Radio.Group
                value={choice}
                onChange={({ target }) => {
                  settle.reset();
                  setChosen(String(target.value));
                }}
                aria-label={t("choose")}
              >
                <div className="rq-stack">
                  {candidates.map((candidate) => (
                    <Radio
                      key={candidate.uscc}
                      value={candidate.uscc}
                      data-testid={`settle-candidate-${candidate.uscc}`}
                    >
                      <CandidateText candidate={candidate} />
                    </Radio>
                  ))}
                  <Radio value={ENTERED} data-testid="settle-other">
                    {t("other")}
                  </Radio>
                </div>
              </Radio.Group>
            </>
          )}
        </QueryView>
        {choice === ENTERED && (
          <div>
            <Input
              value={entered}
              onChange={({ target }) => {
                settle.reset();
                setEntered(target.value);
              }}
              maxLength={40}
              placeholder="91530402MA6K…"
              aria-label={t("code")}
              aria-describedby="settle-code-help"
              status={code !== "" && !isUscc(code) ? "error" : ""}
              data-testid="settle-code"
            />
            <div id="settle-code-help" aria-live="polite" data-testid="settle-code-help">
              {code === ""
                ? t("codeHint")
                : !isUscc(code)
                  ? t("codeWrong")
                  : (enteredName ?? (known.isFetching ? "" : t("codeUnknown")))}
            </div>
          </div>
        )}
        {known.error !== null && choice === ENTERED && <ProblemAlert error={known.error} />}
        {settle.error !== undefined && <ProblemAlert error={settle.error} />}
      </div>
    </Modal>
  );
}

function CandidateText({ candidate: { uscc, name, certainty, by } }: { candidate: Candidate }) {
  const { t } = useTranslation("subjects");
  return (
    <span>
      <strong>{name ?? t("nameUnknown")}</strong> <code>{uscc}</code>
      <br />
      <span className="rq-small">{t("certainty", { part: formatBps(certainty), by: t(`by.${by}`) })}</span>
    </span>
  );
}
