import { Button, Drawer, Form, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BatchView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import type { QuarantinedRow } from "../../lib/batch-queries.ts";
import { formatCount, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";

interface Props {
  batchId: string;
  headings: readonly string[];
  row: QuarantinedRow;
  onClose: () => void;
  onSent: (batchId: string) => Promise<void>;
}

/** One row's cells, those at fault marked with their reason. */
export function BatchMend({ batchId, headings, row, onClose, onSent }: Props) {
  const { t } = useTranslation("ingestion");
  const [cells, setCells] = useState<string[]>(headings.map((_, i) => row.cells[i] ?? ""));
  const send = useAction(async () => {
    const path = `/batches/${encodeURIComponent(batchId)}/quarantine/${row.number}/replay`;
    const replay = await api.post<BatchView>(path, { cells });
    await onSent(replay.id);
  });
  const faultOf = (heading: string) => row.faults.find(({ column }) => column === heading);
  const whole = row.faults.filter(({ column }) => !headings.includes(column));
  return (
    <Drawer
      open
      onClose={onClose}
      size="large"
      title={t("mend.title", { row: formatCount(row.row) })}
      data-testid="mend-drawer"
      footer={
        <Button type="primary" loading={send.pending} onClick={() => void send.run()} data-testid="mend-send">
          {t("mend.send")}
        </Button>
      }
    >
      <Typography.Paragraph type="secondary">{t("mend.intro")}</Typography.Paragraph>
      {whole.map(({ reason, message }) => (
        <Typography.Paragraph key={reason} type="danger">
          {localized(message)}
        </Typography.Paragraph>
      ))}
      <Form layout="vertical" component="div">
        {headings.map((heading, i) => {
          const fault = faultOf(heading);
          const id = `mend-cell-${i}`;
          return (
            <Form.Item
              // biome-ignore lint/suspicious/noArrayIndexKey: a file may have one heading twice, and columns don't move
              key={i}
              label={heading || "–"}
              htmlFor={id}
              {...(fault ? { validateStatus: "error" as const, help: localized(fault.message) } : {})}
            >
              <Input
                id={id}
                value={cells[i] ?? ""}
                onChange={({ target }) => setCells(cells.map((cell, at) => (at === i ? target.value : cell)))}
                data-testid={id}
              />
            </Form.Item>
          );
        })}
      </Form>
      {send.error !== undefined && <ProblemAlert error={send.error} />}
    </Drawer>
  );
}
