import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Descriptions, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { CodeContent } from "../../../../backend/features/licences/licence-schemas.ts";
import type { Verdict } from "../../../../backend/lib/proof/lines.ts";
import { formatTime, localized } from "../../lib/format.ts";
import { useRecordValue } from "../../lib/record-value.ts";
import { useMeta } from "../session/use-account.ts";
import { StatusTag } from "./status-tag.tsx";
import "./licences.css";

type Item = CodeContent["items"][number];

/** Said once above all records. */
const IN_HEADING = new Set(["uscc", "enterpriseName"]);

function ProofTag({ verdict }: { verdict: Verdict | "waiting" | undefined }) {
  const { t } = useTranslation("licences");
  const state = verdict ?? "checking";
  const color = { valid: "green", invalid: "red", incomplete: "gold", waiting: "gold", checking: "default" }[state];
  return (
    <Tag color={color} data-testid="code-proof" data-state={state}>
      {t(`proof.${state}`)}
    </Tag>
  );
}

function ItemCard({ item, verdicts }: { item: Item; verdicts: Map<string, Verdict | "waiting"> | undefined }) {
  const { t } = useTranslation("licences");
  const recordValue = useRecordValue();
  return (
    <Card title={localized(item.name)} extra={localized(item.departmentName)} data-testid={`code-item-${item.id}`}>
      {item.records.length === 0 && <Alert type="warning" showIcon title={t("scan.noRecord")} />}
      <div className="rq-stack">
        {item.records.map(({ id, licence, fields }) => (
          <Descriptions
            key={id}
            size="small"
            column={1}
            bordered
            title={licence?.title ? localized(licence.title) : undefined}
            extra={
              <>
                {licence && <StatusTag state={licence.status} />}
                <ProofTag verdict={verdicts?.get(id)} />
              </>
            }
            items={fields
              .filter(({ name, value }) => value !== null && !IN_HEADING.has(name))
              .map((field) => ({
                key: field.name,
                label: localized(field.label),
                children: recordValue(item.id, field),
              }))}
          />
        ))}
      </div>
    </Card>
  );
}

const icons = {
  pass: <CheckCircleFilled className="rq-pass" />,
  fail: <CloseCircleFilled className="rq-fail" />,
  skipped: <MinusCircleOutlined className="rq-skipped" />,
};

/** What a code shows, with what this browser has checked of it. */
export function CodeContentView({ text, content }: { text: string; content: CodeContent }) {
  const { t } = useTranslation("licences");
  const meta = useMeta();
  const check = useQuery({
    queryKey: ["code-check", content.codeId, content.viewsLeft],
    queryFn: async () => (await import("./check-code.ts")).checkCode(text, content, meta),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const lines = check.data?.lines;
  return (
    <div className="rq-stack" data-testid="code-content" data-state={check.isPending ? "checking" : "checked"}>
      <Card title={content.enterprise.name} extra={<span className="rq-code">{content.enterprise.uscc}</span>}>
        <ul className="code-checks" aria-live="polite">
          {(["signed", "key"] as const).map((id) => {
            const found = lines?.find((one) => one.id === id);
            return (
              <li key={id} data-testid={`code-check-${id}`} data-state={found?.state ?? "checking"}>
                {found ? icons[found.state] : <LoadingOutlined />}
                <span>
                  {t(`check.${id}`)}
                  {found?.detail && <span className="rq-small rq-skipped"> · {found.detail}</span>}
                </span>
              </li>
            );
          })}
        </ul>
        <div className="rq-small rq-skipped">
          {t("scan.until", { time: formatTime(content.expiresAt), count: content.viewsLeft })}
        </div>
      </Card>
      {content.items.length === 0 && <Alert type="info" showIcon title={t("scan.nothing")} />}
      {content.items.map((item) => (
        <ItemCard key={item.id} item={item} verdicts={check.data?.records} />
      ))}
    </div>
  );
}
