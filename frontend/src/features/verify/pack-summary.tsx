import { Descriptions } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import type { ProofPack, SignedAct } from "../../../../backend/lib/proof/pack.ts";
import { HashText } from "../../components/hash-text.tsx";
import { formatDate, formatFen, formatTime } from "../../lib/format.ts";

interface Row {
  key: string;
  label: string;
  children: ReactNode;
}

const nameIn = (document: unknown, key: string): string => {
  const body = (document as Record<string, { name?: unknown } | undefined> | undefined)?.[key];
  return typeof body?.name === "string" ? body.name : "—";
};

/** Of a pack that nobody has checked yet: what is no amount is shown as it is. */
const amount = (text = ""): string => (/^\d{1,40}$/.test(text) ? formatFen(text) : text);

/** Fields that are read more easily than as they are signed. */
function shownValue(field: string, value: string): ReactNode {
  if (/Fen$/.test(field)) return amount(value);
  if (/(At|Until|From)$/.test(field) && /^\d{1,12}$/.test(value))
    return formatTime(new Date(Number(value) * 1000).toISOString());
  return value.startsWith("0x") ? <HashText value={value} /> : value;
}

/** What an exported profile says of itself. */
export function ProfileSummary({ profile: { profile, exportedAt, records, snapshot } }: { profile: ProfilePack }) {
  const { t } = useTranslation("verify-profile");
  const { enterprise, indicators, basis } = profile;
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        { key: "kind", label: t("verify:kind"), children: t(snapshot ? "kindCopy" : "kind") },
        { key: "enterprise", label: t("common:enterprise"), children: `${enterprise.name} ${enterprise.uscc}` },
        { key: "asOf", label: t("asOf"), children: formatDate(basis.asOf) },
        { key: "exported", label: t("exportedAt"), children: formatTime(exportedAt) },
        {
          key: "holds",
          label: t("holds"),
          children: t("holdsCounts", { figures: indicators.length, records: records.length }),
        },
      ]}
    />
  );
}

/** What the pack says; whether it is true is what the check tells. */
export function PackSummary({ pack }: { pack: ProofPack }) {
  const { t } = useTranslation("verify");
  const kind = (detail?: string): Row => ({
    key: "kind",
    label: t("kind"),
    children: [t(`kinds.${pack.format.split("-")[1]}`), detail].filter(Boolean).join(" · "),
  });
  const hash = (key: string, label: string, value: string): Row => ({
    key,
    label,
    children: <HashText value={value} />,
  });

  const actRows = ({ primaryType, message, signatures }: SignedAct): Row[] => [
    kind(t(`act.${primaryType}`, { defaultValue: primaryType })),
    ...signatures.map(({ signer }, i) => hash(`signer-${i}`, t("signedBy"), signer)),
    ...Object.entries(message).map(([field, value]) => ({
      key: field,
      label: t(`field.${field}`, { defaultValue: field }),
      children: shownValue(field, value),
    })),
  ];
  const rows = (): Row[] => {
    if (pack.format === "rongqiao-act-proof/2") return actRows(pack.act);
    if (pack.format === "rongqiao-leaf-proof/2")
      return [
        kind(t(`anchorKind.${pack.anchor.kind}`)),
        hash("commitment", t("common:record.commitment"), pack.commitment),
        hash("root", t("root"), pack.anchor.root),
      ];
    return [
      kind(),
      { key: "enterprise", label: t("common:enterprise"), children: nameIn(pack.request.document, "enterprise") },
      { key: "institution", label: t("common:institution"), children: nameIn(pack.grant.document, "institution") },
      { key: "amount", label: t("granted"), children: amount(pack.grant.act.message.amountFen) },
    ];
  };
  return <Descriptions size="small" column={1} items={rows()} />;
}
