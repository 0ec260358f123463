import { getAddress, Interface } from "ethers";
import { actNames, type ContractName, ruleOf, typesOf } from "../../../lib/proof/acts.ts";

/* Out of the call that was handed to a contract, the signed act in it: the call holds all that was signed. */

export interface CalledAct {
  readonly primaryType: string;
  /** As packs write it: every value a text. */
  readonly message: Record<string, string>;
  readonly signatures: readonly string[];
  /** Whose signature the call says the first one is. */
  readonly claimedSigner?: string;
}

const tupleOf = (struct: string): string =>
  `(${typesOf(struct)!
    [struct]!.map(({ type, name }) => `${type} ${name}`)
    .join(", ")})`;

function typeOf(primaryType: string, argument: string): string {
  if (argument === "message") return `tuple${tupleOf(primaryType)}`;
  if (argument === "signature") return "bytes";
  if (argument === "signer") return "address";
  return typesOf(argument) ? `tuple${tupleOf(argument)}` : argument;
}

interface Entry {
  readonly primaryType: string;
  readonly contract: ContractName;
  readonly args: readonly string[];
  readonly abi: Interface;
}

const CALLS: readonly Entry[] = actNames.flatMap((primaryType) => {
  const { call, contract } = ruleOf(primaryType)!;
  if (!call) return [];
  const [name, ...args] = call;
  const abi = new Interface([`function ${name}(${args.map((argument) => typeOf(primaryType, argument)).join(", ")})`]);
  return [{ primaryType, contract, args, abi }];
});

/** Functions that take signed acts, as ABI texts by contract. */
export const actFunctions = (): { contract: ContractName; fragment: string }[] =>
  CALLS.map(({ contract, abi }) => ({ contract, fragment: abi.fragments[0]!.format() }));

const textOf = (type: string, value: unknown): string =>
  type === "address" ? getAddress(String(value)) : String(value);

/** The act in a call to this contract; undefined when the call holds none. */
export function actInCall(contract: ContractName, data: string): CalledAct | undefined {
  for (const { primaryType, contract: own, args, abi } of CALLS) {
    const parsed = own === contract ? abi.parseTransaction({ data }) : null;
    if (!parsed) continue;
    const named = (name: string) => args.flatMap((argument, i) => (argument === name ? [parsed.args[i]] : []));
    const [values] = named("message");
    const message = Object.fromEntries(
      typesOf(primaryType)![primaryType]!.map(({ name, type }, i) => [name, textOf(type, values[i])]),
    );
    const [signer] = named("signer");
    return {
      primaryType,
      message,
      signatures: named("signature").map(String),
      ...(signer ? { claimedSigner: String(signer) } : {}),
    };
  }
  return undefined;
}
