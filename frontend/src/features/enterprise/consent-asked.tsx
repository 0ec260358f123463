import { SignatureOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Input, Popconfirm, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ConsentRequestView } from "../../../../backend/features/consents/consent-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { RequestTable } from "../consents/request-table.tsx";
import { useAnswerRequest } from "./use-give-consents.ts";

const LONGEST_REASON = 500;

/** What institutions ask for: signed as it is, or rejected with a reason. */
export function ConsentAsked() {
  const { t } = useTranslation("enterprise");
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const answer = useAnswerRequest();
  const reject = useAction(async (request: ConsentRequestView) => {
    try {
      await api.post<ConsentRequestView>(`/consent-requests/${request.id}/rejection`, { reason });
      setReason("");
    } finally {
      await client.invalidateQueries({ queryKey: ["consent-requests"] });
    }
  });
  const error = answer.error ?? reject.error;
  return (
    <div className="rq-stack">
      {error !== undefined && <ProblemAlert error={error} />}
      <RequestTable
        reader="enterprise"
        actions={(request) =>
          request.state === "requested" && (
            <Space size={4}>
              <Button
                size="small"
                type="primary"
                icon={<SignatureOutlined />}
                loading={answer.pending}
                onClick={() => void answer.run(request)}
                data-testid={`asked-sign-${request.id}`}
              >
                {t("consent.sign")}
              </Button>
              <Popconfirm
                title={t("consent.rejectReason")}
                description={
                  <Input
                    value={reason}
                    maxLength={LONGEST_REASON}
                    aria-label={t("consent.rejectReason")}
                    onChange={(event) => setReason(event.target.value)}
                    data-testid="asked-reason"
                  />
                }
                okText={t("consent.reject")}
                okButtonProps={{ danger: true, disabled: reason.trim() === "", "data-testid": "asked-reject-confirm" }}
                onConfirm={() => void reject.run(request)}
              >
                <Button size="small" danger loading={reject.pending} data-testid={`asked-reject-${request.id}`}>
                  {t("consent.reject")}
                </Button>
              </Popconfirm>
            </Space>
          )
        }
      />
    </div>
  );
}
