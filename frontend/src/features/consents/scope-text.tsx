import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import { limitsOf } from "../../../../backend/features/consents/domain/consent-rules.ts";
import { localized } from "../../lib/format.ts";
import { listText } from "../../lib/list-text.ts";
import { catalogsQuery } from "../../lib/queries.ts";

const SHOWN_CATALOGS = 2;

type Scope = Pick<
  ConsentView["terms"],
  "purpose" | "catalogs" | "mode" | "frequency" | "dataLifeDays" | "dataFrom" | "dataTo"
>;

/** What may be read, of which time, how often, and how long a copy may be kept. */
export function ScopeText({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const catalogs = useQuery(catalogsQuery).data?.items;
  const nameOf = (id: string): string => {
    const found = catalogs?.find((candidate) => candidate.id === id);
    return found ? localized(found.name) : id;
  };
  const { frequency, dataLifeDays } = limitsOf(scope);
  const { dataFrom, dataTo } = scope;
  return (
    <>
      <div title={listText(scope.catalogs.map(nameOf))}>
        {listText(scope.catalogs.slice(0, SHOWN_CATALOGS).map(nameOf))}
        {scope.catalogs.length > SHOWN_CATALOGS &&
          ` ${t("consentScope.more", { count: scope.catalogs.length - SHOWN_CATALOGS })}`}
      </div>
      <div className="rq-small rq-soft">
        {frequency
          ? t("consentScope.readsPer", { count: frequency.count, per: t(`consentPer.${frequency.per}`) })
          : t("consentMode.once")}
        {" · "}
        {t("consentScope.keptDays", { count: dataLifeDays })}
        {(dataFrom || dataTo) && ` · ${t("consentScope.period", { from: dataFrom ?? "…", to: dataTo ?? "…" })}`}
      </div>
    </>
  );
}
