import { Interface, isError, type JsonRpcProvider } from "ethers";
import { DomainError } from "../../lib/errors.ts";
import type { SmartAccountCheck } from "../../lib/signatures.ts";

const erc1271 = new Interface(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
const MAGIC = "0x1626ba7e";
/** A contract that never ends must not hold a node up: as much as any act is given. */
const GAS = 400_000;

/** Asks the account on the chain, as the contracts will when the act arrives there. */
export function createSmartAccountCheck(provider: JsonRpcProvider): SmartAccountCheck {
  return async (account, digest, signature) => {
    const data = erc1271.encodeFunctionData("isValidSignature", [digest, signature]);
    try {
      const answer = await provider.call({ to: account, data, gasLimit: GAS });
      // Padded to a word; an account without code answers with nothing.
      return answer.length === 66 && answer.startsWith(MAGIC) && BigInt(`0x${answer.slice(10)}`) === 0n;
    } catch (error) {
      if (isError(error, "CALL_EXCEPTION")) return false;
      throw new DomainError("chain.unreachable", "the chain doesn't tell whether the account signed this", {
        cause: (error as Error).message,
      });
    }
  };
}
