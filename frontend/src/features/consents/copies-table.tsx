import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CopyView } from "../../../../backend/features/consents/consent-schemas.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatCount, formatTime } from "../../lib/format.ts";
import { copiesQuery } from "./queries.ts";

const COLORS: Record<CopyView["state"], string> = { kept: "green", ended: "orange", deleted: "default" };

/** Copies of what was read: until when they are kept, and the records of their deletion. */
export function CopiesTable({ reader }: { reader: "enterprise" | "institution" }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = useQuery({ ...copiesQuery(page), placeholderData: keepPreviousData, refetchInterval: 10_000 });
  const columns: DataColumn<CopyView>[] = [
    {
      key: "party",
      title: t(reader === "enterprise" ? "consentCopy.institution" : "consentCopy.enterprise"),
      lead: true,
      render: (row) => (reader === "enterprise" ? row.institution.name : row.holder.name),
    },
    { key: "kind", title: t("consentCopy.kind"), render: (row) => t(`consentCopy.kindOf.${row.kind}`) },
    { key: "purpose", title: t("purpose"), render: (row) => t(`consentPurpose.${row.purpose}`) },
    { key: "takenAt", title: t("consentCopy.takenAt"), render: (row) => formatTime(row.takenAt) },
    { key: "records", title: t("consentCopy.records"), align: "right", render: (row) => formatCount(row.records) },
    { key: "digest", title: t("consentCopy.digest"), render: (row) => <HashText value={row.digest} /> },
    { key: "keepUntil", title: t("consentCopy.keepUntil"), render: (row) => formatTime(row.keepUntil) },
    {
      key: "state",
      title: t("state"),
      render: (row) => (
        <Tag color={COLORS[row.state]} data-testid="copy-state" data-state={row.state}>
          {t(`consentCopy.stateOf.${row.state}`)}
        </Tag>
      ),
    },
    {
      key: "deletion",
      title: t("consentCopy.deletion"),
      render: ({ id, deletion }) =>
        deletion && (
          <>
            <div>
              {formatTime(deletion.at)} · {t(`consentCopy.why.${deletion.why}`)}
            </div>
            <AnchorTag anchor={deletion.anchor} proofPath={`/copies/${id}/deletion/proof`} />
          </>
        ),
    },
  ];
  return (
    <QueryView query={query} isEmpty={(data) => data.total === 0} empty={<EmptyState text={t("consentCopy.none")} />}>
      {(data) => (
        <DataTable
          label={t("consentCopy.title")}
          columns={columns}
          rows={data.items}
          rowKey={(row) => row.id}
          testId="copies-list"
          paging={{ page, total: data.total, onChange: setPage }}
        />
      )}
    </QueryView>
  );
}
