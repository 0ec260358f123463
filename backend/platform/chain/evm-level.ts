import type { JsonRpcProvider } from "ethers";
import { DomainError } from "../../lib/errors.ts";

/** Both put the number 1 in memory and return it; the second only where the EVM knows PUSH0 and MCOPY. */
const PLAIN = "0x600160005260206000f3";
const CANCUN = "0x5f5f5f5e60015f5260205ff3";

/** The contracts need the EVM of Cancun. Asked before anything is spent. */
export async function requireCancun(provider: JsonRpcProvider): Promise<void> {
  const runs = (data: string): Promise<boolean> =>
    provider.send("eth_call", [{ data }, "latest"]).then(
      (returned: unknown) => typeof returned === "string" && BigInt(returned) === 1n,
      () => false,
    );
  if ((await runs(CANCUN)) || !(await runs(PLAIN))) return; // a node that can't run a creation says nothing either way
  throw new DomainError(
    "CHAIN_TOO_OLD",
    "the chain's EVM lacks the instructions PUSH0 or MCOPY, which the contracts need; configure the node for Cancun or later",
  );
}
