import { getBytes, hexlify, Interface, recoverAddress, TypedDataEncoder } from "ethers";
import { canonicalJson } from "../canonical-json.ts";
import { type ActRule, domainOf, ruleOf, typesOf } from "./acts.ts";
import { equal, type Outcome, same } from "./lines.ts";
import { type ChainReader, type RpcReceipt, view } from "./node.ts";
import type { SignedAct } from "./pack.ts";

/* The checks of one signed act. `pack` is what the act is in: the chain and the contracts that it speaks of. */

export interface Surroundings {
  readonly chainId: number;
  readonly contracts: Readonly<Record<string, string | undefined>>;
}

/** The act's struct hash: what its contract knows it by. */
export const actHash = ({ primaryType, types, message }: SignedAct): string =>
  TypedDataEncoder.hashStruct(primaryType, types, message);

const digestOf = ({ domain, types, message }: SignedAct): string => TypedDataEncoder.hash(domain, types, message);

/** So that no two texts mean one value: decimal digits without zeros before them, lower-case bytes. */
const CANONICAL: readonly (readonly [type: RegExp, value: RegExp])[] = [
  [/^uint\d+$/, /^(0|[1-9]\d{0,77})$/],
  [/^address$/, /^0x[0-9a-fA-F]{40}$/],
  [/^bytes32$/, /^0x[0-9a-f]{64}$/],
];

/** The form of an act of ours: known type, right domain, every field there and none more. */
export function actForm(act: SignedAct, wanted: string | undefined, { chainId, contracts }: Surroundings): Outcome {
  const { primaryType, message } = act;
  const rule = ruleOf(primaryType);
  const types = typesOf(primaryType);
  if (!rule || !types || (wanted && wanted !== primaryType)) return `primaryType: ${primaryType}`;
  if (canonicalJson(act.types) !== canonicalJson(types)) return "types: not those of this act";
  const contract = contracts[rule.contract];
  if (!contract) return `contracts.${rule.contract}: missing`;
  const domain = domainOf(rule.contract, chainId, contract);
  for (const name of ["name", "version", "chainId", "verifyingContract"] as const)
    if (!same(act.domain[name], domain[name])) return `domain.${name}: ${act.domain[name]} ≠ ${domain[name]}`;
  const fields = types[primaryType]!;
  if (Object.keys(message).length !== fields.length) return "message: not the fields of this act";
  for (const { name, type } of fields) {
    const form = CANONICAL.find(([pattern]) => pattern.test(type))?.[1];
    if (!Object.hasOwn(message, name) || !form?.test(message[name]!)) return `message.${name}: ${message[name]}`;
  }
  actHash(act); // throws on a number too large for its type, or an address whose letters were changed
  return act.signatures.length === rule.signers.length || `signatures: ${act.signatures.length}`;
}

/** Who made a plain signature; undefined for what is none. Takes what OpenZeppelin's ECDSA takes, and nothing else. */
export function plainSigner(digest: string, signature: string): string | undefined {
  const bytes = getBytes(signature);
  if (bytes.length !== 65 || (bytes[64] !== 27 && bytes[64] !== 28)) return undefined;
  try {
    return recoverAddress(digest, hexlify(bytes));
  } catch {
    return undefined; // the higher s, or no point of the curve
  }
}

const ERC1271_MAGIC = "0x1626ba7e";

/** Each signature is its signer's. */
export async function actSignatures(act: SignedAct, chain?: ChainReader): Promise<Outcome> {
  const digest = digestOf(act);
  for (const { signer, signature, smartAccount } of act.signatures) {
    if (smartAccount) {
      if (!chain) return { skipped: `${signer}: a smart account, which only a node can ask` };
      const [answer] = await view(chain, signer, "isValidSignature", [digest, signature]);
      if (answer !== ERC1271_MAGIC) return `${signer}: refuses this signature`;
    } else {
      const found = plainSigner(digest, signature);
      if (!found || !same(found, signer)) return `${signer}: signed by ${found ?? "nobody"}`;
    }
  }
  return true;
}

/** The arguments of the event by which the contract took the act, out of its transaction's receipt. */
export function takenIn(act: SignedAct, receipt: RpcReceipt): Record<string, string> | undefined {
  const rule = ruleOf(act.primaryType);
  if (!rule?.event) return undefined;
  const events = new Interface([`event ${rule.event}`]);
  const hash = actHash(act);
  for (const log of receipt.logs) {
    if (!same(log.address, act.domain.verifyingContract)) continue;
    const parsed = events.parseLog(log);
    if (!parsed) continue;
    const args: [string, string][] = parsed.fragment.inputs.map(({ name }, i) => [name, String(parsed.args[i])]);
    const fits = args.every(([name, value]) => {
      const expected = name === rule.hashName ? hash : act.message[name];
      return expected === undefined || same(value, expected);
    });
    if (fits) return Object.fromEntries(args);
  }
  return undefined;
}

/** Whose signatures they had to be. Keys rotate: the one that signed may have taken the named one's place, or lost it. */
export async function actSigners(
  act: SignedAct,
  rule: ActRule,
  {
    event,
    registry,
    chain,
  }: { event?: Record<string, string> | undefined; registry?: string | undefined; chain?: ChainReader | undefined },
): Promise<Outcome> {
  for (const [i, field] of rule.signers.entries()) {
    if (field === null) continue;
    const expected = act.message[field] ?? event?.[field];
    const signer = act.signatures[i]!.signer;
    if (expected === undefined) return { skipped: `${field}: only the chain knows whose it had to be` };
    if (same(expected, signer)) continue;
    if (!chain || !registry)
      return { skipped: `${signer}: whether its key took ${expected}'s place, only a node knows` };
    const accountNow = async (account: string) => (await view(chain, registry, "currentAccountOf", [account]))[0];
    const [one, other] = await Promise.all([accountNow(signer), accountNow(expected)]);
    if (!same(one, other) || /^0x0*$/.test(String(one))) return equal([field, signer, expected]);
  }
  return true;
}
