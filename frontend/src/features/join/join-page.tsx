import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { PageHeader } from "../../components/page-header.tsx";
import { codeIn, type EnrolmentResult } from "./activation.ts";
import { CodeForm } from "./code-form.tsx";
import { JoinDone } from "./join-done.tsx";
import { JoinForm } from "./join-form.tsx";

export interface Joined {
  result: EnrolmentResult;
  keystore: string;
}

/** Activation: /join#<code>. The part after # is never sent to a server. */
export function JoinPage() {
  const { t } = useTranslation("join");
  const { hash } = useLocation();
  const navigate = useNavigate();
  const [joined, setJoined] = useState<Joined>();
  const code = codeIn(hash);
  return (
    <div className="rq-medium rq-stack">
      <PageHeader title={t("title")} description={t("explain")} />
      <Card>
        {joined ? (
          <JoinDone joined={joined} />
        ) : code ? (
          <JoinForm
            key={code}
            code={code}
            onJoined={(result, keystore) => {
              setJoined({ result, keystore });
              // The code is used up: it need not stay in the address bar and the history.
              void navigate("/join", { replace: true });
            }}
          />
        ) : (
          <CodeForm onCode={(found) => void navigate(`/join#${found}`)} />
        )}
      </Card>
    </div>
  );
}
