import { Form, Input, Radio } from "antd";
import { useTranslation } from "react-i18next";
import type { Deployment } from "../../../../backend/features/audit/audit-schemas.ts";
import { type Trust, trustInAddresses, trustInDeployments } from "../../../../backend/lib/proof/trust.ts";

export type Source = "platform" | "own" | "none";

export interface Choice {
  source: Source;
  url: string;
  trust: "known" | "typed" | "none";
  addresses: string;
}

/** The trusted contracts that the reader chose; undefined for none, or none that can be read. */
export function trustOf({ trust, addresses }: Choice, known: Deployment | undefined): Trust | undefined {
  try {
    if (trust === "typed") return trustInAddresses(addresses);
    return trust === "known" && known ? trustInDeployments(known, known.chainId) : undefined;
  } catch {
    return undefined;
  }
}

export const isUrl = (url: string): boolean => /^https?:\/\/\S+$/.test(url.trim());

/** Which node is asked, and which contracts are trusted: both the reader's choice. */
export function SourceForm(props: {
  choice: Choice;
  onChange(choice: Choice): void;
  withPlatform: boolean | undefined;
  known: Deployment | undefined;
}) {
  const { t } = useTranslation("verify");
  const { choice, known } = props;
  const change = (part: Partial<Choice>) => props.onChange({ ...choice, ...part });
  const typedWrong = choice.trust === "typed" && choice.addresses.trim() !== "" && !trustOf(choice, known);
  return (
    <Form layout="vertical">
      <Form.Item label={t("source")}>
        <Radio.Group
          value={choice.source}
          onChange={(event) => change({ source: event.target.value as Source })}
          className="rq-verify-sources"
          data-testid="verify-source"
          options={[
            ...(props.withPlatform === undefined
              ? []
              : [{ value: "platform", label: t("sources.platform"), disabled: !props.withPlatform }]),
            { value: "own", label: t("sources.own") },
            { value: "none", label: t("sources.none") },
          ]}
        />
      </Form.Item>
      {choice.source === "own" && (
        <Form.Item label={t("url")} htmlFor="verify-url">
          <Input
            id="verify-url"
            inputMode="url"
            placeholder="http://127.0.0.1:8545"
            value={choice.url}
            onChange={(event) => change({ url: event.target.value })}
            data-testid="verify-url"
          />
        </Form.Item>
      )}
      <Form.Item label={t("trust")} extra={t("trustHint")}>
        <Radio.Group
          value={choice.trust}
          onChange={(event) => change({ trust: event.target.value as Choice["trust"] })}
          className="rq-verify-sources"
          data-testid="verify-trust"
          options={[
            { value: "known", label: t("trusts.known"), disabled: !known },
            { value: "typed", label: t("trusts.typed") },
            { value: "none", label: t("trusts.none") },
          ]}
        />
      </Form.Item>
      {choice.trust === "typed" && (
        <Form.Item
          label={t("addresses")}
          htmlFor="verify-addresses"
          {...(typedWrong ? { validateStatus: "error" as const, help: t("addressesWrong") } : {})}
        >
          <Input.TextArea
            id="verify-addresses"
            rows={2}
            placeholder="0x…, 0x…"
            value={choice.addresses}
            onChange={(event) => change({ addresses: event.target.value })}
            data-testid="verify-addresses"
          />
        </Form.Item>
      )}
    </Form>
  );
}
