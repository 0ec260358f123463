import { useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta } from "../session/use-account.ts";
import { signWithdrawal } from "./signed-acts.ts";

export function WithdrawButton({ request }: { request: RequestView }) {
  const { t } = useTranslation("enterprise");
  const signer = useSigner();
  const meta = useMeta();
  const client = useQueryClient();
  const withdraw = useAction(async () => {
    const signature = await signWithdrawal(signer, meta, request);
    await api.post<RequestView>(`/requests/${request.id}/withdrawal`, { signature });
    await client.invalidateQueries({ queryKey: ["requests"] });
  });
  return (
    <div className="rq-stack">
      <Popconfirm
        title={t("withdraw.confirm")}
        description={t("withdraw.text")}
        okText={t("withdraw.ok")}
        okButtonProps={{ danger: true, "data-testid": "withdraw-confirm" }}
        onConfirm={() => void withdraw.run()}
      >
        <Button danger loading={withdraw.pending} data-testid="withdraw">
          {t("withdraw.button")}
        </Button>
      </Popconfirm>
      {withdraw.error !== undefined && <ProblemAlert error={withdraw.error} />}
    </div>
  );
}
