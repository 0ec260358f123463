import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Tag, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ALL_LICENCES } from "../../../../backend/features/licences/domain/enterprise-code.ts";
import type { CodeUse } from "../../../../backend/features/licences/licence-schemas.ts";
import { type DataColumn, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { QueryView } from "../../components/query-view.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { CodeForm } from "./code-form.tsx";
import { type CodeWish, type MadeCode, makeCode } from "./make-code.ts";
import { codeItemsQuery, codeUsesQuery } from "./queries.ts";
import "./licences.css";

function useSecondsLeft(expiresAt: number): number {
  const left = () => Math.max(0, Math.ceil(expiresAt - Date.now() / 1000));
  const [seconds, setSeconds] = useState(left);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `left` is of this code alone
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
  }, [expiresAt]);
  return seconds;
}

function ShownCode({ made, pending, onAgain }: { made: MadeCode; pending: boolean; onAgain(): void }) {
  const { t } = useTranslation("licences");
  const left = useSecondsLeft(made.code.expiresAt);
  return (
    <div
      className={left > 0 ? "code-shown" : "code-shown code-over"}
      data-testid="code-shown"
      data-link={made.link}
      data-state={left > 0 ? "live" : "over"}
    >
      <img src={made.image} alt={t("code.alt")} className="code-image" />
      <div className="code-left" role="timer" aria-live="off" data-testid="code-left">
        {left > 0
          ? t("code.left", { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` })
          : t("code.over")}
      </div>
      <Button onClick={onAgain} loading={pending} data-testid="code-again">
        {t("code.again")}
      </Button>
      <Typography.Text copyable={{ text: made.link, tooltips: [t("code.copy"), t("common:copied")] }}>
        {t("code.copy")}
      </Typography.Text>
      <Typography.Text type="secondary" className="rq-small">
        {t("code.signedHere")}
      </Typography.Text>
    </div>
  );
}

function Uses() {
  const { t } = useTranslation("licences");
  const query = useQuery({ ...codeUsesQuery, placeholderData: keepPreviousData, refetchInterval: 5_000 });
  const items = useQuery(codeItemsQuery).data?.items ?? [];
  const nameOf = (id: string) => {
    const item = items.find((one) => one.id === id);
    return id === ALL_LICENCES ? t("code.all") : item ? localized(item.name) : id;
  };
  const columns: DataColumn<CodeUse>[] = [
    { key: "items", title: t("code.what"), lead: true, render: (use) => listText(use.items.map(nameOf)) },
    { key: "until", title: t("common:expiresAt"), render: (use) => formatTime(use.expiresAt) },
    {
      key: "looks",
      title: t("code.looks"),
      wrap: true,
      render: (use) =>
        use.looks.map((look) => (
          <div key={`${look.at}${look.reader.id}`} className="rq-small">
            <Tag color={look.allowed ? "green" : "red"}>
              {t(look.allowed ? "code.seen" : `code.refused.${look.reason}`)}
            </Tag>
            {look.reader.id === "public" ? t("code.someone") : look.reader.name} · {formatTime(look.at)}
          </div>
        )),
    },
  ];
  return (
    <QueryView
      query={query}
      isEmpty={(data) => data.items.length === 0}
      empty={<EmptyState text={t("code.noLooks")} />}
    >
      {(data) => (
        <DataTable
          label={t("code.uses")}
          columns={columns}
          rows={data.items}
          rowKey={({ codeId }) => codeId}
          testId="code-uses"
          rowTestId={() => "code-use"}
        />
      )}
    </QueryView>
  );
}

/** The enterprise shows what it allows, for a few minutes; nothing leaves the browser but the picture on the screen. */
export function CodePage() {
  const { t } = useTranslation("licences");
  const signer = useSigner();
  const meta = useMeta();
  const client = useQueryClient();
  const { participant } = useSignedIn();
  const [wish, setWish] = useState<CodeWish>();
  const [made, setMade] = useState<MadeCode>();
  const make = useAction(async (wanted: CodeWish) => {
    setWish(wanted);
    setMade(await makeCode(signer, meta, participant.uscc ?? "", wanted));
    await client.invalidateQueries({ queryKey: codeUsesQuery.queryKey });
  });
  return (
    <>
      <PageHeader title={t("code.title")} description={t("code.explain")} />
      <div className="rq-stack">
        <div className="code-columns">
          <Card title={t("code.terms")}>
            <CodeForm pending={make.pending} onMake={(wanted) => void make.run(wanted)} />
          </Card>
          <Card title={t("code.yours")}>
            {make.error !== undefined && <ProblemAlert error={make.error} />}
            {made && wish ? (
              <ShownCode made={made} pending={make.pending} onAgain={() => void make.run(wish)} />
            ) : (
              <Alert type="info" showIcon title={t("code.none")} />
            )}
          </Card>
        </div>
        <Card title={t("code.uses")}>
          <Uses />
        </Card>
      </div>
    </>
  );
}
