import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { HashText } from "../../components/hash-text.tsx";
import { formatFen } from "../../lib/format.ts";
import type { Pack } from "./read-pack.ts";

const nameIn = (terms: Record<string, unknown>, key: string): string => {
  const body = terms[key] as { name?: unknown } | undefined;
  return typeof body?.name === "string" ? body.name : "—";
};

/** What the pack says; whether it is true is what the check tells. */
export function PackSummary({ pack }: { pack: Pack }) {
  const { t } = useTranslation("verify");
  return (
    <Descriptions
      size="small"
      column={1}
      items={
        pack.kind === "grant"
          ? [
              { key: "kind", label: t("kind"), children: t("kinds.grant") },
              {
                key: "enterprise",
                label: t("common:enterprise"),
                children: nameIn(pack.pack.request.terms, "enterprise"),
              },
              {
                key: "institution",
                label: t("common:institution"),
                children: nameIn(pack.pack.grant.terms, "institution"),
              },
              { key: "amount", label: t("granted"), children: formatFen(pack.pack.grant.amountFen) },
              { key: "id", label: t("grantId"), children: <HashText value={pack.pack.grant.grantId} /> },
            ]
          : [
              { key: "kind", label: t("kind"), children: `${t("kinds.leaf")} · ${pack.pack.kind}` },
              {
                key: "commitment",
                label: t("common:record.commitment"),
                children: <HashText value={pack.pack.commitment} />,
              },
              { key: "root", label: t("root"), children: <HashText value={pack.pack.root} /> },
            ]
      }
    />
  );
}
