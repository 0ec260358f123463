import type { Clock } from "../../lib/clock.ts";
import { checkProof } from "../../lib/proof/check.ts";
import { type ProofLine, verdictOf } from "../../lib/proof/lines.ts";
import type { ChainReader } from "../../lib/proof/node.ts";
import type { GrantPack } from "../../lib/proof/pack.ts";
import { checkStored, type StoredGrant } from "../../lib/proof/stored-grant.ts";
import type { Trust } from "../../lib/proof/trust.ts";
import type { GrantCheckView } from "./audit-schemas.ts";

interface Ports<Grant extends StoredGrant> {
  /** Throws grant.notConfirmed while the chain has not confirmed the grant. */
  packOf(grant: Grant): Promise<GrantPack>;
  /** Reading the chain, past any store of ours. */
  chain: ChainReader;
  trust: Trust;
  grantByGrantId(grantId: string): Promise<Grant | null>;
  blockNumber(): Promise<number>;
}

export interface AuditService<Grant extends StoredGrant> {
  check(grant: Grant): Promise<GrantCheckView>;
  /** What the full check finds wrong; nothing when the grant can't be checked at all. */
  wrongLines(grantId: string): Promise<ProofLine[]>;
}

/** Holds grants against the chain, by the check that anyone makes of a proof pack. */
export function createAuditService<Grant extends StoredGrant>(ports: Ports<Grant>, clock: Clock): AuditService<Grant> {
  async function linesOf(grant: Grant): Promise<ProofLine[]> {
    const pack = await ports.packOf(grant);
    const { lines } = await checkProof(pack, { chain: ports.chain, trust: ports.trust });
    return [await checkStored(pack, grant), ...lines];
  }

  return {
    async check(grant) {
      const lines = await linesOf(grant);
      return {
        grantId: grant.grantId,
        verdict: verdictOf(lines),
        checkedAt: clock.now().toISOString(),
        blockNumber: await ports.blockNumber(),
        lines,
      };
    },
    async wrongLines(grantId) {
      const grant = await ports.grantByGrantId(grantId);
      const lines = grant ? await linesOf(grant).catch(() => []) : [];
      return lines.filter(({ state }) => state === "fail");
    },
  };
}
