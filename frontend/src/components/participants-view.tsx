import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Flex, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Role } from "../../../backend/features/identity/identity-schemas.ts";
import type { ParticipantView } from "../../../backend/features/participants/participant-schemas.ts";
import { formatTime } from "../lib/format.ts";
import { participantsQuery } from "../lib/oversight-queries.ts";
import { type DataColumn, DataTable } from "./data-table.tsx";
import { EmptyState } from "./empty-state.tsx";
import { HashText } from "./hash-text.tsx";
import { QueryView } from "./query-view.tsx";
import { ReceiptTag } from "./receipt-tag.tsx";

const KINDS: readonly Role[] = ["enterprise", "institution", "department", "regulator", "operator"];
const COLORS: Record<ParticipantView["status"], string> = { admitted: "gold", active: "success", suspended: "error" };

/** Who is on the platform, and whether they hold their own key yet. */
export function ParticipantsView() {
  const { t } = useTranslation("oversight");
  const [kind, setKind] = useState<Role>();
  const [text, setText] = useState("");
  const [page, setPage] = useState(1);
  const query = useQuery({
    ...participantsQuery({ kind, query: text || undefined, page }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const columns: DataColumn<ParticipantView>[] = [
    { key: "name", title: t("participant.name"), lead: true, render: (row) => row.name },
    { key: "kind", title: t("participant.kind"), render: (row) => t(`common:role.${row.kind}`) },
    {
      key: "code",
      title: t("participant.code"),
      render: (row) => <span className="rq-code">{row.uscc ?? row.departmentCode ?? "–"}</span>,
    },
    {
      key: "status",
      title: t("common:state"),
      render: (row) => (
        <Tag color={COLORS[row.status]} data-testid="participant-status" data-state={row.status}>
          {t(`participantStatus.${row.status}`)}
        </Tag>
      ),
    },
    { key: "admittedAt", title: t("participant.admittedAt"), render: (row) => formatTime(row.admittedAt) },
    {
      key: "address",
      title: t("participant.key"),
      render: (row) => (row.address ? <HashText value={row.address} /> : t("participant.noKey")),
    },
    {
      key: "receipt",
      title: t("participant.onChain"),
      render: (row) => (row.receipt ? <ReceiptTag receipt={row.receipt} /> : "–"),
    },
  ];
  return (
    <div className="rq-stack">
      <Flex gap={12} wrap>
        <Input.Search
          allowClear
          placeholder={t("participant.search")}
          aria-label={t("participant.search")}
          onSearch={(value) => {
            setPage(1);
            setText(value.trim());
          }}
          data-testid="participants-search"
          style={{ flex: "1 1 220px", maxWidth: 360 }}
        />
        <Select<Role>
          allowClear
          {...(kind ? { value: kind } : {})}
          onChange={(value?: Role) => {
            setPage(1);
            setKind(value);
          }}
          placeholder={t("participant.everyKind")}
          aria-label={t("participant.kind")}
          options={KINDS.map((value) => ({ value, label: t(`common:role.${value}`) }))}
          data-testid="participants-kind"
          style={{ flex: "0 1 180px" }}
        />
      </Flex>
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState text={t("participant.none")} />}
      >
        {(data) => (
          <DataTable
            label={t("participant.list")}
            columns={columns}
            rows={data.items}
            rowKey={(row) => row.id}
            testId="participants-list"
            rowTestId={(row) => `participant-${row.id}`}
            paging={{ page, total: data.total, onChange: setPage }}
          />
        )}
      </QueryView>
    </div>
  );
}
