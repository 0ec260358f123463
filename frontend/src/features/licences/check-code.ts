import { Interface, recoverAddress } from "ethers";
import { codeDigest, readCode } from "../../../../backend/features/licences/domain/enterprise-code.ts";
import type { CodeContent } from "../../../../backend/features/licences/licence-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { checkProof } from "../../../../backend/lib/proof/check.ts";
import { line, type ProofLine, same, type Verdict } from "../../../../backend/lib/proof/lines.ts";
import { type ChainReader, type RpcAnswer, resultOf } from "../../../../backend/lib/proof/node.ts";
import { trustInDeployments } from "../../../../backend/lib/proof/trust.ts";
import { participantKinds, participantStatuses } from "../../../../contracts/codes.ts";
import { api } from "../../lib/api.ts";
import type { Meta } from "../../lib/queries.ts";

/*
 * What a code shows is checked here, in the reader's browser: that the enterprise's own key has signed the code, that the
 * key is this enterprise's on the chain, and that each record is what the department's anchored batch holds.
 */

export interface CodeCheck {
  lines: ProofLine[];
  /** By the id of the record. */
  records: Map<string, Verdict | "waiting">;
}

const registry = new Interface([
  "function participantOf(address account) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
]);

const chainOf =
  (codeId: string): ChainReader =>
  (method, params) =>
    resultOf(api.post<RpcAnswer>(`/enterprise-codes/${codeId}/chain`, { jsonrpc: "2.0", id: 1, method, params }));

type Shown = CodeContent["items"][number]["records"][number];

/** That what is shown of a record is what its proof's document says. */
function sameContent(shown: Shown, catalogId: string, uscc: string): boolean {
  const document = shown.proof?.document as
    | { catalogId?: string; uscc?: string; deleted?: boolean; fields?: Record<string, unknown> }
    | undefined;
  return (
    document?.catalogId === catalogId &&
    document.uscc === uscc &&
    !document.deleted &&
    shown.fields.every(({ name, value }) => (document.fields?.[name] ?? null) === value)
  );
}

export async function checkCode(text: string, content: CodeContent, meta: Meta): Promise<CodeCheck> {
  const read = readCode(text);
  const { enterprise } = content;
  const chain = chainOf(content.codeId);
  const participants = meta.contracts.participants ?? "";
  const lines = [
    await line("signed", () => {
      if (!read) return "the code can't be read";
      if (read.signature.length !== 132) return { skipped: "signed by a smart account; the platform asked it" };
      const signer = recoverAddress(codeDigest(meta.chainId, participants, read.code), read.signature);
      return same(signer, enterprise.address) || `signer: ${signer} ≠ ${enterprise.address}`;
    }),
    await line("key", async () => {
      const { document, salt, commitment: expected } = enterprise.identity;
      if ((document as { uscc?: string }).uscc !== read?.code.uscc) return "the identity is of another enterprise";
      if (!same(commitment(salt, document), expected)) return "identity and salt give another hash";
      const data = registry.encodeFunctionData("participantOf", [enterprise.address]);
      const answer = await chain("eth_call", [{ to: participants, data }, "latest"]);
      const [kind, status, idCommitment] = registry.decodeFunctionResult("participantOf", String(answer));
      if (!same(idCommitment, expected)) return "the chain has this key for somebody else";
      if (Number(kind) !== participantKinds.enterprise) return "the key isn't an enterprise's";
      return Number(status) === participantStatuses.active || "the key isn't active";
    }),
  ];
  const trust = trustInDeployments({ chainId: meta.chainId, contracts: meta.contracts }, meta.chainId);
  const records = new Map<string, Verdict | "waiting">();
  for (const { id, records: shown } of content.items)
    for (const record of shown) {
      if (!record.proof) records.set(record.id, "waiting");
      else if (!sameContent(record, id, enterprise.uscc)) records.set(record.id, "invalid");
      else records.set(record.id, (await checkProof(record.proof, { chain, trust })).verdict);
    }
  return { lines, records };
}
