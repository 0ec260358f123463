import { checkProof } from "../../../../backend/lib/proof/check.ts";
import type { ProofCheck } from "../../../../backend/lib/proof/lines.ts";
import type { ProofPack } from "../../../../backend/lib/proof/pack.ts";
import { trustInDeployments } from "../../../../backend/lib/proof/trust.ts";
import type { Meta } from "../queries.ts";
import { platformChain } from "./chain-reader.ts";

/** Recomputes a proof here in the browser, and compares it with the contracts of this platform through its node. */
export const checkOnPlatform = (pack: ProofPack, { chainId, contracts }: Meta): Promise<ProofCheck> =>
  checkProof(pack, { chain: platformChain, trust: trustInDeployments({ chainId, contracts }, chainId) });
