import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Descriptions, Input, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import type { CheckContent, NumberView } from "../../../../backend/features/verification/verification-schemas.ts";
import { checkProof } from "../../../../backend/lib/proof/check.ts";
import { readPack } from "../../../../backend/lib/proof/pack.ts";
import { AnchorTag } from "../../components/anchor-tag.tsx";
import { HashText } from "../../components/hash-text.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { formatTime, localized } from "../../lib/format.ts";
import { useAction } from "../../lib/use-action.ts";
import { numberQuery } from "./queries.ts";

type Shown = Pick<CheckContent, "number" | "answer" | "subject" | "asOf" | "asker"> | { number: string };

/** The document of a pack that is the very answer with this number; undefined when it is not. */
async function shownBy(text: string, found: NumberView): Promise<Shown | undefined> {
  const read = readPack(text);
  if (!("pack" in read) || read.pack.format !== "rongqiao-leaf-proof/2") return undefined;
  const { pack } = read;
  if (pack.commitment !== found.commitment || pack.document === undefined) return undefined;
  if (found.anchor.root && pack.anchor.root !== found.anchor.root) return undefined;
  const { lines } = await checkProof(pack, {});
  if (lines.some(({ state }) => state === "fail")) return undefined;
  const document = pack.document as Shown;
  return document.number === found.number ? document : undefined;
}

function PackCheck({ found }: { found: NumberView }) {
  const { t } = useTranslation("verification");
  const [shown, setShown] = useState<Shown | "wrong">();
  const read = useAction(async (file: File) => setShown((await shownBy(await file.text(), found)) ?? "wrong"));
  return (
    <div className="rq-stack">
      <Upload.Dragger
        accept=".json"
        showUploadList={false}
        data-testid="number-pack"
        beforeUpload={(file) => {
          void read.run(file);
          return false;
        }}
      >
        <p>{t("number.drop")}</p>
        <p className="rq-small rq-skipped">{t("number.dropHint")}</p>
      </Upload.Dragger>
      {shown === "wrong" && (
        <Alert type="error" showIcon title={t("number.wrong")} role="alert" data-testid="number-wrong" />
      )}
      {shown && shown !== "wrong" && (
        <Alert
          type="success"
          showIcon
          data-testid="number-shown"
          title={"answer" in shown ? t(`answer.${shown.answer}`) : t("query.title")}
          description={
            "answer" in shown && (
              <>
                <div>{shown.subject.uscc}</div>
                <div>
                  {shown.asker.name}
                  {shown.asOf && ` · ${t("answer.asOf")} ${shown.asOf}`}
                </div>
              </>
            )
          }
        />
      )}
    </div>
  );
}

/** Public: whether an answer with this number was really given. What it says is shown by its pack alone. */
export function AnswerNumberPage() {
  const { t } = useTranslation("verification");
  const navigate = useNavigate();
  const number = useParams().number ?? "";
  const [typed, setTyped] = useState(number);
  const query = useQuery(numberQuery(number));
  const found = query.data;
  const look = () => void navigate(`/answers/${encodeURIComponent(typed.trim())}`);
  return (
    <div className="rq-medium rq-stack">
      <PageHeader title={t("number.title")} description={t("number.intro")} />
      <Card>
        <Input.Search
          aria-label={t("answer.number")}
          placeholder="HY20260315-XXXX-XXXX-XXXX-XXXX"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onSearch={look}
          enterButton={t("number.look")}
          loading={query.isFetching}
          spellCheck={false}
          data-testid="number-input"
        />
      </Card>
      {query.error && <ProblemAlert error={query.error} />}
      {found && (
        <Card title={found.number} data-testid="number-found">
          <div className="rq-stack">
            <Descriptions
              size="small"
              column={1}
              bordered
              items={[
                {
                  key: "kind",
                  label: t("list.asked"),
                  children: found.question ? localized(found.question) : t("query.title"),
                },
                { key: "at", label: t("answer.at"), children: formatTime(found.at) },
                {
                  key: "commitment",
                  label: t("common:record.commitment"),
                  children: <HashText value={found.commitment} />,
                },
                { key: "anchor", label: t("answer.anchor"), children: <AnchorTag anchor={found.anchor} withRoot /> },
              ]}
            />
            <PackCheck key={found.number} found={found} />
          </div>
        </Card>
      )}
    </div>
  );
}
