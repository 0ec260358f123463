import { ApiProblem } from "../transport.ts";
import { type ProofLine, verifyGrantProofOffline, verifyGrantProofOnChain } from "../verify-grant-proof.ts";
import { waitFor } from "../waiting.ts";
import type { Path, Step, StepResult } from "./path.ts";

/* What anyone can check afterwards. */

function grantId(path: Path): string {
  const id = path.memory.recall<string>("grant.id");
  if (!id) throw new Error("this run has no grant yet");
  return id;
}

function failOn(lines: readonly ProofLine[]): void {
  const wrong = lines.filter(({ ok }) => !ok).map(({ id, expected, found }) => `${id}: ${expected} against ${found}`);
  if (wrong.length > 0) throw new Error(`the proof does not hold: ${wrong.join("; ")}`);
}

async function verifyProof(path: Path): Promise<StepResult> {
  const { api } = await path.party("enterprise");
  const pack = await waitFor("the grant to be confirmed", () =>
    api.grantProof(grantId(path)).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === "grant.notConfirmed") return undefined;
      throw error;
    }),
  );
  const { contracts } = path.meta;
  for (const name of ["participants", "anchors", "financing"] as const) {
    if (pack.contracts[name].toLowerCase() !== contracts[name].toLowerCase()) {
      throw new Error(`the proof pack names another ${name} contract than the platform`);
    }
  }
  const offline = verifyGrantProofOffline(pack);
  failOn(offline);
  const onChain = await verifyGrantProofOnChain(pack, api.chain);
  failOn(onChain);
  return {
    lines: [
      `${offline.length} checks of the pack alone hold (commitments, signatures, Merkle path of ${pack.bid.path.length} hashes)`,
      `${onChain.length} checks against the chain hold`,
    ],
    transactions: [],
  };
}

async function audit(path: Path): Promise<StepResult> {
  const { api } = await path.demo("regulator");
  const check = await api.checkGrant(grantId(path));
  const wrong = check.lines
    .filter(({ ok }) => !ok)
    .map(({ id, stored, onChain }) => `${id}: ${stored} against ${onChain}`);
  if (!check.matches) throw new Error(`the regulator's check does not match: ${wrong.join("; ")}`);
  return {
    lines: [`${check.lines.length} lines recomputed from the chain at block ${check.blockNumber}: all match`],
    transactions: [],
  };
}

export const PROOF_STEPS: readonly Step[] = [
  { id: "proof", title: "The enterprise checks the proof of its grant, alone and against the chain", run: verifyProof },
  { id: "audit", title: "The regulator recomputes the grant from the chain", run: audit },
];
