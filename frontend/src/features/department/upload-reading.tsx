import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Collapse, Flex, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import type { catalogView, readingView } from "../../../../backend/features/data-exchange/data-exchange-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { api } from "../../lib/api.ts";
import { localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";

type Catalog = z.infer<typeof catalogView>;
type Reading = z.infer<typeof readingView>;
type Heading = Reading["headings"][number];

const DELETION = "$deleted";
const pathOf = (catalogId: string): string => `/catalogs/${encodeURIComponent(catalogId)}/reading`;

/** What the department's own headings stand for, kept for every file of the catalog. */
export function UploadReading({ catalog }: { catalog: Catalog }) {
  const { t } = useTranslation("ingestion");
  const query = useQuery({
    queryKey: ["catalogs", catalog.id, "reading"],
    queryFn: ({ signal }) => api.get<Reading>(pathOf(catalog.id), undefined, signal),
  });
  return (
    <Collapse
      data-testid="upload-reading"
      items={[
        {
          key: "reading",
          label: t("options.saved"),
          children: (
            <QueryView query={query}>
              {(reading) => <ReadingForm key={reading.savedAt ?? "new"} catalog={catalog} reading={reading} />}
            </QueryView>
          ),
        },
      ]}
    />
  );
}

interface Line extends Heading {
  id: number;
}

function ReadingForm({ catalog, reading }: { catalog: Catalog; reading: Reading }) {
  const { t } = useTranslation("ingestion");
  const queries = useQueryClient();
  const [lines, setLines] = useState<Line[]>(reading.headings.map((heading, id) => ({ ...heading, id })));
  const [sheet, setSheet] = useState(reading.sheet ?? "");
  const [done, setDone] = useState(false);
  const save = useAction(async () => {
    const headings = lines.flatMap(({ heading, field }) =>
      heading.trim() ? [{ heading: heading.trim(), field }] : [],
    );
    const { headingRow, encoding } = reading;
    await api.post(pathOf(catalog.id), {
      headings,
      ...(sheet.trim() ? { sheet: sheet.trim() } : {}),
      ...(headingRow ? { headingRow } : {}),
      ...(encoding ? { encoding } : {}),
    });
    setDone(true);
    await queries.invalidateQueries({ queryKey: ["catalogs", catalog.id, "reading"] });
  });
  const change = (id: number, part: Partial<Heading>): void => {
    setDone(false);
    setLines(lines.map((line) => (line.id === id ? { ...line, ...part } : line)));
  };
  const fields = [
    ...catalog.fields.map(({ name, label }) => ({ value: name, label: localized(label) })),
    { value: DELETION, label: t("options.deletionMark") },
    { value: "", label: t("options.ignored") },
  ];
  return (
    <div className="rq-stack">
      <Typography.Text type="secondary">{t("options.headingsHint")}</Typography.Text>
      {lines.map(({ id, heading, field }) => (
        <Flex key={id} gap={8} wrap>
          <Input
            value={heading}
            maxLength={200}
            aria-label={t("options.heading")}
            placeholder={t("options.heading")}
            onChange={({ target }) => change(id, { heading: target.value })}
            style={{ flex: "1 1 180px" }}
          />
          <Select
            value={field}
            aria-label={t("options.field")}
            options={fields}
            onChange={(value: string) => change(id, { field: value })}
            style={{ flex: "1 1 180px" }}
          />
          <Button
            icon={<DeleteOutlined />}
            aria-label={t("options.remove")}
            onClick={() => setLines(lines.filter((line) => line.id !== id))}
          />
        </Flex>
      ))}
      <Input
        value={sheet}
        maxLength={100}
        aria-label={t("options.sheet")}
        placeholder={t("options.sheet")}
        onChange={({ target }) => setSheet(target.value)}
        style={{ maxWidth: 320 }}
      />
      {save.error !== undefined && <ProblemAlert error={save.error} />}
      {done && <Alert type="success" showIcon title={t("options.done")} />}
      <Flex gap={8} wrap>
        <Button
          icon={<PlusOutlined />}
          onClick={() =>
            setLines([
              ...lines,
              { id: Math.max(-1, ...lines.map(({ id }) => id)) + 1, heading: "", field: catalog.fields[0]?.name ?? "" },
            ])
          }
          data-testid="reading-add"
        >
          {t("options.add")}
        </Button>
        <Button type="primary" loading={save.pending} onClick={() => void save.run()} data-testid="reading-save">
          {t("options.save")}
        </Button>
      </Flex>
    </div>
  );
}
