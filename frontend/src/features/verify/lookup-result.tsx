import { Alert, Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import type { Sighting } from "../../../../backend/lib/proof/lookup.ts";
import { HashText } from "../../components/hash-text.tsx";
import { formatCount } from "../../lib/format.ts";

/** What the chain has of a hash that was pasted. */
export function LookupResult({ found }: { found: readonly Sighting[] }) {
  const { t } = useTranslation("verify");
  if (found.length === 0)
    return (
      <Alert
        type="warning"
        showIcon
        title={t("lookup.none")}
        description={t("lookup.noneHint")}
        data-testid="lookup-none"
      />
    );
  return (
    <div className="rq-stack" data-testid="lookup-found">
      {found.map(({ contract, event, args, transactionHash, blockNumber }) => (
        <Descriptions
          key={`${transactionHash}${event}${Object.values(args).join()}`}
          size="small"
          column={1}
          bordered
          title={`${t(`contract.${contract}`)} · ${event}`}
          items={[
            { key: "block", label: t("lookup.block"), children: formatCount(blockNumber) },
            { key: "transaction", label: t("lookup.transaction"), children: <HashText value={transactionHash} /> },
            ...Object.entries(args).map(([name, value]) => ({
              key: `arg-${name}`,
              label: t(`field.${name}`, { defaultValue: name }),
              children: value.startsWith("0x") ? <HashText value={value} /> : value,
            })),
          ]}
        />
      ))}
    </div>
  );
}
