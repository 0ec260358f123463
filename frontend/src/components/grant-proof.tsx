import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { GrantPack } from "../../../backend/lib/proof/pack.ts";
import { api } from "../lib/api.ts";
import { ProofActions } from "./proof-actions.tsx";

/** A grant's proof pack. */
export function GrantProof({ grantId }: { grantId: string }) {
  const { t } = useTranslation();
  return (
    <section className="rq-stack" aria-label={t("proof.title")} data-testid="grant-proof">
      <Typography.Text type="secondary">{t("proof.explain")}</Typography.Text>
      <ProofActions
        pack={() => api.get<GrantPack>(`/grants/${encodeURIComponent(grantId)}/proof`)}
        of={`grant-${grantId}`}
        testIds={{ check: "proof-check", download: "proof-download" }}
      />
    </section>
  );
}
