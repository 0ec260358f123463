import { useTranslation } from "react-i18next";
import type { BasisView } from "../../../../backend/features/verification/verification-schemas.ts";
import { HashText } from "../../components/hash-text.tsx";
import { formatTime } from "../../lib/format.ts";

/** On what ground an answer was given. */
export function BasisText({ basis }: { basis: BasisView }) {
  const { t } = useTranslation("verification");
  if (basis.kind === "consent")
    return (
      <>
        <div>
          {t("basis.consent")} · {t(`common:consentPurpose.${basis.purpose}`)}
        </div>
        <HashText value={basis.consentId} />
      </>
    );
  return (
    <>
      <div>{basis.provision}</div>
      <div className="rq-small rq-soft">{t("basis.case", { caseNo: basis.caseNo, officer: basis.officer })}</div>
      {basis.withheldUntil && (
        <div className="rq-small rq-soft">
          {t("basis.withheld", { until: formatTime(basis.withheldUntil), why: basis.withheldWhy ?? "" })}
        </div>
      )}
    </>
  );
}
