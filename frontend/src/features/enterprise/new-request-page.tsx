import { useQueryClient } from "@tanstack/react-query";
import { Card, Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { api } from "../../lib/api.ts";
import { afterDays } from "../../lib/time.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { RequestDone } from "./request-done.tsx";
import { RequestForm, type RequestWish } from "./request-form.tsx";
import { RequestPreview } from "./request-preview.tsx";
import { type RequestTerms, signRequest } from "./signed-acts.ts";
import "./enterprise.css";

/** Fill in, look at what will be signed, sign, and see it arrive on the chain. */
export function NewRequestPage() {
  const { t } = useTranslation("enterprise");
  const account = useSignedIn();
  const meta = useMeta();
  const signer = useSigner();
  const client = useQueryClient();
  const [wish, setWish] = useState<RequestWish>();
  const [reviewing, setReviewing] = useState(false);
  const [sent, setSent] = useState<RequestView>();

  const terms: RequestTerms | undefined = wish && {
    enterprise: { uscc: account.participant.uscc ?? "", name: account.participant.name },
    amountFen: wish.amountFen,
    termMonths: wish.termMonths,
    purpose: wish.purpose,
    repaymentMethod: wish.repaymentMethod,
    description: wish.description?.trim() ?? "",
  };

  const submit = useAction(async () => {
    if (!terms || !wish) return;
    const input = await signRequest(signer, meta, terms, {
      closesAt: afterDays(wish.biddingDays),
      expiresAt: afterDays(wish.validDays),
    });
    setSent(await api.post<RequestView>("/requests", input));
    await client.invalidateQueries({ queryKey: ["requests"] });
  });

  const step = sent ? 3 : submit.pending ? 2 : reviewing ? 1 : 0;
  return (
    <div className="rq-medium rq-stack">
      <PageHeader title={t("new.title")} description={t("new.explain")} />
      <Steps
        size="small"
        current={step}
        responsive={false}
        titlePlacement="vertical"
        items={["fill", "review", "sign", "receipt"].map((key) => ({ title: t(`new.step.${key}`) }))}
      />
      <Card>
        {sent ? (
          <RequestDone request={sent} />
        ) : reviewing && terms && wish ? (
          <RequestPreview
            terms={terms}
            wish={wish}
            pending={submit.pending}
            error={submit.error}
            onBack={() => {
              submit.reset();
              setReviewing(false);
            }}
            onSign={() => void submit.run()}
          />
        ) : (
          <RequestForm
            initial={wish}
            onNext={(filled) => {
              setWish(filled);
              setReviewing(true);
            }}
          />
        )}
      </Card>
    </div>
  );
}
