import { Alert, Button, Card } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Deployment } from "../../../../backend/features/audit/audit-schemas.ts";
import type { ProfileCheck } from "../../../../backend/features/profiles/domain/check-profile.ts";
import type { ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import { checkProof } from "../../../../backend/lib/proof/check.ts";
import type { ShownDocument } from "../../../../backend/lib/proof/document.ts";
import type { ProofCheck } from "../../../../backend/lib/proof/lines.ts";
import { lookUp, type Sighting } from "../../../../backend/lib/proof/lookup.ts";
import { type ChainReader, nodeAt } from "../../../../backend/lib/proof/node.ts";
import type { ProofPack } from "../../../../backend/lib/proof/pack.ts";
import { ProofResult } from "../../components/proof-result.tsx";
import { useAction } from "../../lib/use-action.ts";
import { DropZone } from "./drop-zone.tsx";
import { LookupResult } from "./lookup-result.tsx";
import { PackSummary, ProfileSummary } from "./pack-summary.tsx";
import { ProfileFigures } from "./profile-figures.tsx";
import { type Dropped, readAllDropped, readLink } from "./read-dropped.ts";
import { type Choice, isUrl, type Source, SourceForm, trustOf } from "./source-form.tsx";

interface Loaded {
  name: string;
  /** One of the two. */
  pack?: ProofPack;
  profile?: ProfilePack;
  document?: { name: string; shown: ShownDocument };
}
type Fault = Extract<Dropped, { kind: "fault" }>;

const HASH = /^0x[0-9a-f]{64}$/i;

/**
 * Checks proofs in this browser. Needs nothing but what it is given: no server of ours, no router, no session, so that
 * the page that was kept as a file is the same one.
 */
export function VerifyPanel(props: {
  /** The platform's node, for those who are signed in; undefined where there is no platform. */
  platform?: { chain: ChainReader | undefined };
  known: Deployment | undefined;
}) {
  const { t } = useTranslation("verify");
  const { platform, known } = props;
  const [loaded, setLoaded] = useState<Loaded>();
  const [fault, setFault] = useState<Fault>();
  const [result, setResult] = useState<ProofCheck | ProfileCheck>();
  const [found, setFound] = useState<readonly Sighting[]>();
  const [chosen, setChosen] = useState<Partial<Choice>>({});
  const fallback: Source = platform?.chain ? "platform" : "none";
  const choice: Choice = { source: fallback, url: "", trust: known ? "known" : "none", addresses: "", ...chosen };
  const chain =
    choice.source === "platform" ? platform?.chain : choice.source === "own" ? nodeAt(choice.url.trim()) : undefined;

  function take(dropped: Dropped) {
    setResult(undefined);
    setFound(undefined);
    setFault(dropped.kind === "fault" ? dropped : undefined);
    if (dropped.kind === "pack") setLoaded({ name: dropped.name, pack: dropped.pack });
    if (dropped.kind === "profile") setLoaded({ name: dropped.name, profile: dropped.profile });
    if (dropped.kind === "document")
      setLoaded((before) => before && { ...before, document: { name: dropped.name, shown: dropped.document } });
  }

  const drop = useAction(async (files: readonly File[]) => {
    for (const dropped of await readAllDropped(files, loaded?.pack !== undefined)) take(dropped);
  });
  const look = useAction(async (text: string) => {
    const linked = await readLink(text, t("fromLink"));
    if (linked) return take(linked);
    setFault(undefined);
    setFound(undefined);
    if (!HASH.test(text)) throw new Error(t("lookup.notHash"));
    if (!chain) throw new Error(t("lookup.noNode"));
    if (!known) throw new Error(t("lookup.noContracts"));
    setFound(await lookUp(chain, text.toLowerCase(), known.contracts));
  });
  const verify = useAction(async ({ pack, profile, document }: Loaded) => {
    setResult(undefined);
    const trust = trustOf(choice, known);
    if (pack) setResult(await checkProof(pack, { chain, trust, document: document?.shown }));
    if (profile) setResult(await (await import("./profile-file.ts")).checkProfileFile(profile, { chain, trust }));
  });
  // Fetched before it is needed: by then the platform may be away.
  useEffect(() => void import("./profile-file.ts").catch(() => undefined), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a proof in the address is loaded when it comes, not again
  useEffect(() => {
    const read = () => void readLink(window.location.href, t("fromLink")).then((linked) => linked && take(linked));
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);

  const error = look.error ?? verify.error ?? drop.error;
  const form = (
    <SourceForm
      choice={choice}
      onChange={(next) => {
        setChosen(next);
        setResult(undefined);
      }}
      withPlatform={platform ? platform.chain !== undefined : undefined}
      known={known}
    />
  );
  return (
    <div className="rq-stack">
      <Card>
        <DropZone
          onFiles={(files) => void drop.run(files)}
          onText={(text) => void look.run(text)}
          busy={look.pending || drop.pending}
        />
        {fault && (
          <Alert
            className="rq-top-gap"
            type="error"
            showIcon
            role="alert"
            data-testid="verify-fault"
            data-fault={fault.fault}
            title={t(`fault.${fault.fault}`, { name: fault.name })}
            description={fault.at ? <code>{fault.at}</code> : undefined}
          />
        )}
        {error !== undefined && (
          <Alert
            className="rq-top-gap"
            type="error"
            showIcon
            role="alert"
            data-testid="verify-error"
            title={error instanceof Error ? error.message : String(error)}
          />
        )}
      </Card>
      <Card title={loaded?.name ?? t("compare")} data-testid={loaded ? "verify-pack" : "verify-compare"}>
        <div className="rq-stack">
          {loaded?.pack && <PackSummary pack={loaded.pack} />}
          {loaded?.profile && <ProfileSummary profile={loaded.profile} />}
          {loaded?.document && (
            <Alert
              type="info"
              showIcon
              title={t("document", { name: loaded.document.name })}
              description={<code>sha256 {loaded.document.shown.file.sha256}</code>}
              data-testid="verify-document"
            />
          )}
          {form}
          {loaded && (
            <Button
              type="primary"
              loading={verify.pending}
              disabled={choice.source === "own" && !isUrl(choice.url)}
              onClick={() => void verify.run(loaded)}
              data-testid="verify-submit"
            >
              {t("submit")}
            </Button>
          )}
          {result && (
            <ProofResult check={result}>{"figures" in result && <ProfileFigures check={result} />}</ProofResult>
          )}
          {found && <LookupResult found={found} />}
        </div>
      </Card>
    </div>
  );
}
