import { expect } from "chai";
import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { checkProof } from "../../backend/lib/proof/check.ts";
import type { ProofCheck } from "../../backend/lib/proof/lines.ts";
import { nodeAt } from "../../backend/lib/proof/node.ts";
import type { ProofPack } from "../../backend/lib/proof/pack.ts";
import { trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { sharedServer } from "./server.ts";

/** A pack, as soon as what it proves is confirmed on the chain. */
export const confirmed = <T extends object>(get: () => Promise<T>): Promise<T> =>
  waitFor("the proof", () =>
    get().catch((error: { code?: string }) => {
      if (error.code === "proof.notConfirmed") return undefined;
      throw error;
    }),
  );

/** Checked as anybody can: by the published deployment of the shared server, on its chain. */
export async function checkedOnChain(pack: ProofPack): Promise<ProofCheck> {
  const { url, chainRpcUrl } = await sharedServer();
  const api = new Api(url);
  const trust = trustInDeployments(await api.transport.get("/deployment", deployment), (await api.meta()).chainId);
  return checkProof(pack, { trust, chain: nodeAt(chainRpcUrl) });
}

/** Every line of the check passes. */
export async function holdsOnChain(pack: ProofPack): Promise<void> {
  const { lines } = await checkedOnChain(pack);
  expect(lines.filter(({ state, optional }) => state !== "pass" && !optional)).to.deep.equal([]);
}
