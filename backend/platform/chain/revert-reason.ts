import { AbiCoder, Interface, type InterfaceAbi } from "ethers";

export type ReasonDecoder = (data: string) => string;

const BUILT_IN = ["error Error(string message)", "error Panic(uint256 code)"];

function printed(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(printed).join(", ")}]` : String(value);
}

/**
 * Turns the bytes that a contract reverted with into `ErrorName(argument: value, …)`, by the errors of the given ABIs.
 * A text of Error(string) is given as it is.
 */
export function createReasonDecoder(abis: readonly InterfaceAbi[]): ReasonDecoder {
  const interfaces = [BUILT_IN, ...abis].map((abi) => Interface.from(abi));
  return (data) => {
    if (data.length < 10) return "reverted without a reason (out of gas, or a plain revert)";
    for (const known of interfaces) {
      const error = known.getError(data.slice(0, 10));
      if (!error) continue;
      let values: unknown[];
      try {
        values = AbiCoder.defaultAbiCoder()
          .decode(error.inputs, `0x${data.slice(10)}`)
          .toArray();
      } catch {
        return `${error.name}(…)`; // cut short on the way
      }
      if (error.name === "Error") return String(values[0]);
      return `${error.name}(${error.inputs.map((input, i) => `${input.name || i}: ${printed(values[i])}`).join(", ")})`;
    }
    return `unknown error ${data.slice(0, 10)}`;
  };
}

/** The name of the error that a decoded reason starts with. */
export const errorNameOf = (reason: string): string => /^\w+(?=\()/.exec(reason)?.[0] ?? "";
