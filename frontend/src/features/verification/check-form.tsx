import { SafetyCertificateOutlined } from "@ant-design/icons";
import { Card } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CheckView } from "../../../../backend/features/verification/verification-schemas.ts";
import { api } from "../../lib/api.ts";
import { AskCard } from "./ask-card.tsx";
import { CheckAnswer } from "./check-answer.tsx";
import type { Asker, GroundsWish } from "./grounds.ts";
import { KindFields } from "./kind-fields.tsx";
import { filledParams } from "./param-fields.tsx";
import { UsccField } from "./uscc-field.tsx";

interface Wish extends GroundsWish {
  kind: string;
  uscc: string;
  params?: Record<string, unknown>;
}

/** One check of one enterprise. */
export function CheckForm({ asker }: { asker: Asker }) {
  const { t } = useTranslation("verification");
  const [given, setGiven] = useState<CheckView>();
  async function ask({ kind, uscc, params }: Wish, grounds: object): Promise<void> {
    setGiven(undefined);
    const body = { kind, uscc: uscc.trim(), params: filledParams(params), ...grounds };
    setGiven(await api.post<CheckView>("/verifications", body));
  }
  return (
    <div className="rq-stack">
      <AskCard asker={asker} prefix="check" icon={<SafetyCertificateOutlined />} ask={ask}>
        <KindFields prefix="check" />
        <UsccField prefix="check" />
      </AskCard>
      {given && (
        <Card title={t("check.result")}>
          <CheckAnswer view={given} withAnchor={false} />
        </Card>
      )}
    </div>
  );
}
