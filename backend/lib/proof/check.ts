import { ruleOf } from "./acts.ts";
import { checkGrant } from "./check-grant.ts";
import { type Context, Part, reading } from "./check-part.ts";
import type { ShownDocument } from "./document.ts";
import { equal, line, type ProofCheck, type ProofLine, same, verdictOf } from "./lines.ts";
import { blockHashAt, type ChainReader } from "./node.ts";
import type { ActPack, LeafPack, ProofPack } from "./pack.ts";
import { type Trust, untrusted } from "./trust.ts";

export interface CheckOptions {
  /** Without a node only the pack's inner consistency is checked, which is never enough. */
  readonly chain?: ChainReader | undefined;
  /** Without it nothing is compared with contracts that the checker trusts. */
  readonly trust?: Trust | undefined;
  /** A document that the checker holds. */
  readonly document?: ShownDocument | undefined;
}

const checkRegistry = (pack: ProofPack, trust: Trust | undefined): Promise<ProofLine> =>
  line("registry", () => {
    if (!trust) return { skipped: "not compared with a registry that you trust" };
    if (trust.chainId !== undefined && trust.chainId !== pack.chainId)
      return `chainId: ${pack.chainId} ≠ ${trust.chainId}`;
    if (trust.genesisHash && !same(trust.genesisHash, pack.genesisHash))
      return `genesisHash: ${pack.genesisHash} ≠ ${trust.genesisHash}`;
    const strange = untrusted(trust, pack.contracts);
    return strange.length === 0 || strange.join(", ");
  });

const checkChain = (pack: ProofPack, context: Context): Promise<ProofLine> =>
  line(
    "chain",
    reading(context, async (chain) =>
      equal(
        ["chainId", BigInt(String(await chain("eth_chainId", []))), pack.chainId],
        ["genesisHash", await blockHashAt(chain, 0), pack.genesisHash],
      ),
    ),
  );

async function checkLeaf(pack: LeafPack, context: Context): Promise<ProofLine[]> {
  const part = new Part("", context);
  return [
    await part.document(pack, pack.commitment, context.document),
    await part.path(pack.anchor, pack.commitment),
    await part.anchored(pack.anchor),
    ...(await part.inAnchorTransaction(pack.anchor, pack.transaction)),
  ];
}

async function checkAct(pack: ActPack, context: Context): Promise<ProofLine[]> {
  const part = new Part("", context);
  const { act, anchor, transaction } = pack;
  const field = ruleOf(act.primaryType)?.commitment;
  const lines = [await part.form(act), await part.signatures(act)];
  if (field) lines.push(await part.document(pack, act.message[field] ?? "", context.document, true));
  if (!anchor) return [...lines, ...(await part.inActTransaction(act, transaction))];
  return [
    ...lines,
    await part.actPath(anchor, act),
    await part.anchored(anchor),
    ...(await part.inAnchorTransaction(anchor, transaction)),
    await part.signers(act, undefined),
  ];
}

/** Recomputes everything that a pack says. Never throws: whatever can't be read makes its line fail. */
export async function checkProof(pack: ProofPack, options: CheckOptions = {}): Promise<ProofCheck> {
  const context: Context = { ...options, chainId: pack.chainId, contracts: pack.contracts };
  const own =
    pack.format === "rongqiao-leaf-proof/2"
      ? await checkLeaf(pack, context)
      : pack.format === "rongqiao-act-proof/2"
        ? await checkAct(pack, context)
        : await checkGrant(pack, context);
  const lines = [await checkRegistry(pack, options.trust), await checkChain(pack, context), ...own];
  return { verdict: verdictOf(lines), lines };
}
