import { checkProof } from "../../../backend/lib/proof/check.ts";
import { trustInDeployments } from "../../../backend/lib/proof/trust.ts";
import { ApiProblem } from "../transport.ts";
import { waitFor } from "../waiting.ts";
import type { Path, Step, StepResult } from "./path.ts";

/* What anyone can check afterwards. */

function grantId(path: Path): string {
  const id = path.memory.recall<string>("grant.id");
  if (!id) throw new Error("this run has no grant yet");
  return id;
}

async function verifyProof(path: Path): Promise<StepResult> {
  const { api } = await path.party("enterprise");
  const pack = await waitFor("the grant to be confirmed", () =>
    api.grantProof(grantId(path)).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === "grant.notConfirmed") return undefined;
      throw error;
    }),
  );
  const { chainId, contracts } = path.meta;
  // The platform names the contracts to trust, the pack only those that it speaks of.
  const trust = trustInDeployments({ chainId, contracts }, chainId);
  const alone = (await checkProof(pack, { trust })).lines.filter(({ state }) => state !== "skipped");
  const { verdict, lines } = await checkProof(pack, { trust, chain: (method, params) => api.chain(method, params) });
  const wrong = lines.filter(({ state }) => state !== "pass").map(({ id, detail }) => `${id}: ${detail}`);
  if (verdict !== "valid") throw new Error(`the proof does not hold: ${wrong.join("; ")}`);
  return {
    lines: [
      `${alone.length} checks of the pack alone hold (commitments, signatures, Merkle path of ${pack.bid.anchor?.path.length ?? 0} hashes)`,
      `${lines.length - alone.length} checks against the chain hold`,
    ],
    transactions: [],
  };
}

async function audit(path: Path): Promise<StepResult> {
  const { api } = await path.demo("regulator");
  const check = await api.checkGrant(grantId(path));
  const wrong = check.lines.filter(({ state }) => state !== "pass").map(({ id, detail }) => `${id}: ${detail}`);
  if (check.verdict !== "valid") throw new Error(`the regulator's check does not match: ${wrong.join("; ")}`);
  return {
    lines: [`${check.lines.length} lines recomputed from the chain at block ${check.blockNumber}: all match`],
    transactions: [],
  };
}

export const PROOF_STEPS: readonly Step[] = [
  { id: "proof", title: "The enterprise checks the proof of its grant, alone and against the chain", run: verifyProof },
  { id: "audit", title: "The regulator recomputes the grant from the chain", run: audit },
];
