import { useQueryClient } from "@tanstack/react-query";
import { Card, Tabs } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ParticipantView } from "../../../../backend/features/participants/participant-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta } from "../session/use-account.ts";
import { ActivationCard } from "./activation-card.tsx";
import { AdmissionForm } from "./admission-form.tsx";
import { EnterpriseSearch } from "./enterprise-search.tsx";
import { type AdmittedBody, activationLink, signAdmission } from "./signed-admission.ts";

/** How long an activation link works. */
const VALID_DAYS = 30;

/** Admits bodies: signs the admission here and shows the activation link once. */
export function OperatorAdmissionsPage() {
  const { t } = useTranslation("operator");
  const meta = useMeta();
  const signer = useSigner();
  const queries = useQueryClient();
  const [done, setDone] = useState<{ name: string; link: string }>();

  const admit = useAction(async (body: AdmittedBody) => {
    const { input, activationCode } = await signAdmission({ sign: signer.sign, meta }, body, VALID_DAYS);
    await api.post<ParticipantView>("/participants", input);
    setDone({ name: body.name, link: activationLink(window.location.origin, activationCode) });
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["participants"] }),
      queries.invalidateQueries({ queryKey: ["registered-enterprises"] }),
    ]);
  });

  return (
    <>
      <PageHeader title={t("admissions.title")} description={t("admissions.intro")} />
      <div className="rq-stack">
        {done && <ActivationCard name={done.name} link={done.link} onDone={() => setDone(undefined)} />}
        {admit.error !== undefined && <ProblemAlert error={admit.error} />}
        {/* While a link is on show nothing else can be admitted: it would take the link's place. */}
        {!done && (
          <Card>
            <Tabs
              items={[
                {
                  key: "enterprise",
                  label: <span data-testid="admit-tab-enterprise">{t("admissions.enterprise")}</span>,
                  children: <EnterpriseSearch onAdmit={(body) => void admit.run(body)} pending={admit.pending} />,
                },
                {
                  key: "other",
                  label: <span data-testid="admit-tab-other">{t("admissions.other")}</span>,
                  children: <AdmissionForm onAdmit={(body) => void admit.run(body)} pending={admit.pending} />,
                },
              ]}
            />
          </Card>
        )}
      </div>
    </>
  );
}
