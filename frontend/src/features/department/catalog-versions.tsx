import { useQueryClient } from "@tanstack/react-query";
import { Button, Card, Flex, Input, Tag, Timeline, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { formatTime } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { ownLanguage } from "./catalog-draft.ts";
import { CatalogFieldsTable } from "./catalog-fields-table.tsx";
import { type CatalogDetail, type CatalogVersionView, catalogQuery } from "./catalog-queries.ts";

const COLORS = { pending: "warning", approved: "success", rejected: "error", replaced: "default" } as const;

function Decision({ id, number }: { id: string; number: number }) {
  const { t } = useTranslation("catalogs");
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const decision = useAction(async (approve: boolean) => {
    const path = `/catalogs/${encodeURIComponent(id)}/versions/${number}/decision`;
    const body = { approve, ...(note.trim() === "" ? {} : { note: note.trim() }) };
    client.setQueryData(catalogQuery(id).queryKey, await api.post<CatalogDetail>(path, body));
    await client.invalidateQueries({ queryKey: ["catalogs"] });
  });
  return (
    <Flex vertical gap={8} style={{ maxWidth: 560 }}>
      <Input.TextArea
        value={note}
        onChange={(event) => setNote(event.target.value)}
        placeholder={t("decision.note")}
        aria-label={t("decision.note")}
        maxLength={500}
        rows={2}
        data-testid="decision-note"
      />
      <Flex gap={8}>
        <Button
          type="primary"
          loading={decision.pending}
          onClick={() => void decision.run(true)}
          data-testid="decision-approve"
        >
          {t("decision.approve")}
        </Button>
        <Button
          danger
          disabled={note.trim() === "" || decision.pending}
          onClick={() => void decision.run(false)}
          data-testid="decision-reject"
        >
          {t("decision.reject")}
        </Button>
      </Flex>
      {decision.error !== undefined && <ProblemAlert error={ownLanguage(decision.error)} />}
    </Flex>
  );
}

/** What the operator has to look at: the change, field by field, and the version as a whole. */
export function WaitingVersion({
  id,
  version,
  mayDecide,
}: {
  id: string;
  version: CatalogVersionView;
  mayDecide: boolean;
}) {
  const { t } = useTranslation("catalogs");
  const { changes, definition, number } = version;
  return (
    <Card title={t("waiting.version", { number })} data-testid="catalog-waiting-version" style={{ marginBottom: 16 }}>
      <Flex vertical gap={12}>
        {changes.length > 0 ? (
          <div>
            {t("waiting.changes")}{" "}
            {changes.map((change) => (
              <Tag key={change}>
                <code>{change}</code>
              </Tag>
            ))}
          </div>
        ) : (
          <Typography.Text>{t("waiting.first")}</Typography.Text>
        )}
        <CatalogFieldsTable definition={definition} />
        {mayDecide && <Decision id={id} number={number} />}
      </Flex>
    </Card>
  );
}

export function CatalogVersions({ versions }: { versions: readonly CatalogVersionView[] }) {
  const { t } = useTranslation("catalogs");
  return (
    <Timeline
      data-testid="catalog-versions"
      items={versions.map(({ number, state, submittedAt, submittedBy, decidedAt, note, changes }) => ({
        key: number,
        content: (
          <>
            <Flex gap={8} wrap align="center">
              <strong>{t("version.number", { number })}</strong>
              <Tag color={COLORS[state]} data-testid={`version-${number}-state`}>
                {t(`version.state.${state}`)}
              </Tag>
              {!submittedAt && <span>{t("version.installed")}</span>}
            </Flex>
            {submittedAt && (
              <div className="rq-small">
                {t("version.submitted", { by: submittedBy ?? "", time: formatTime(submittedAt) })}
                {decidedAt && ` · ${t("version.decided", { time: formatTime(decidedAt) })}`}
              </div>
            )}
            {changes.length > 0 && <div className="rq-small">{changes.join(" · ")}</div>}
            {note && <Typography.Text type={state === "rejected" ? "danger" : "secondary"}>{note}</Typography.Text>}
          </>
        ),
      }))}
    />
  );
}
