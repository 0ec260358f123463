import { z } from "zod";
import { type AnchorKind, anchorKinds } from "../../../contracts/codes.ts";
import { address, hex32 } from "../schemas.ts";
import { type ContractName, contractNames } from "./acts.ts";

/*
 * The proof packs: what a stranger needs to check something of ours against any node of the chain. Every object is
 * strict: a word that no check looks at would look proven. docs/proof-pack.md explains them, docs/proof-pack.schema.json
 * is made of these schemas.
 */

/** The transaction that brought something onto the chain, and the block that holds it. */
export const packTransaction = z
  .strictObject({ hash: hex32, blockNumber: z.int().min(0), blockHash: hex32 })
  .describe("The transaction that brought it onto the chain, and its block");

/** A leaf of a Merkle tree whose root is in the AnchorRegistry. */
export const packAnchor = z
  .strictObject({
    kind: z.enum(Object.keys(anchorKinds) as [AnchorKind, ...AnchorKind[]]),
    leaf: hex32.describe("keccak256(keccak256(commitment)); of a signed act: of its struct hash"),
    path: z.array(hex32).max(64).describe("Sibling hashes, the leaf's own first; pairs are hashed in sorted order"),
    root: hex32,
  })
  .describe("Where the leaf is in a Merkle tree in the encoding of @openzeppelin/merkle-tree");

export const signedAct = z
  .strictObject({
    domain: z.strictObject({ name: z.string(), version: z.literal("1"), chainId: z.int(), verifyingContract: address }),
    primaryType: z.string().max(40),
    types: z.record(
      z.string(),
      z.array(z.strictObject({ name: z.string().max(40), type: z.string().max(20) })).max(12),
    ),
    message: z.record(z.string(), z.string().max(80)).describe("Numbers in decimal digits, bytes in lower-case hex"),
    signatures: z
      .array(
        z.strictObject({
          signer: address,
          signature: z.string().regex(/^0x([0-9a-f]{2}){1,2048}$/),
          smartAccount: z.literal(true).optional().describe("Checked by the signer's contract (ERC-1271)"),
        }),
      )
      .min(1)
      .max(2),
  })
  .describe("An EIP-712 message and who signed it");

/** A file is committed to by this in place of a JSON document. */
export const packFile = z
  .strictObject({ sha256: hex32, bytes: z.int().min(0) })
  .describe("SHA-256 and size of a file; committed to as a JSON document of these two fields");

const header = {
  chainId: z.int().min(1),
  genesisHash: hex32.describe("Hash of block 0: two chains may share an id"),
};
const contracts = <Name extends ContractName>(...names: Name[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, address])) as Record<Name, typeof address>);
const document = z.unknown().optional().describe("JSON; absent in a pack that leaves it to the holder of the document");
const salt = hex32.describe("commitment = keccak256(salt ‖ RFC 8785 JSON of the document)");

export const leafPack = z.strictObject({
  format: z.literal("rongqiao-leaf-proof/2"),
  ...header,
  contracts: contracts("anchors"),
  document,
  file: packFile.optional(),
  salt,
  commitment: hex32,
  anchor: packAnchor,
  transaction: packTransaction,
});

export const actPack = z.strictObject({
  format: z.literal("rongqiao-act-proof/2"),
  ...header,
  contracts: z.partialRecord(z.enum(contractNames), address),
  act: signedAct,
  document,
  file: packFile.optional(),
  salt: salt.optional(),
  anchor: packAnchor.optional().describe("Of an act that is a leaf of a batch, such as a bid"),
  transaction: packTransaction,
});

const opened = { document, salt };
export const grantPack = z.strictObject({
  format: z.literal("rongqiao-grant-proof/2"),
  ...header,
  contracts: contracts("participants", "anchors", "financing"),
  request: z.strictObject({
    act: signedAct.describe("FinancingRequest, by the request's one-time key"),
    ...opened,
    endorsement: signedAct.describe("RequestEndorsement, by the enterprise's own key: not on chain"),
    transaction: packTransaction,
  }),
  bid: z.strictObject({
    act: signedAct.describe("Bid, by the institution"),
    ...opened,
    anchor: packAnchor.optional().describe("Absent: the institution placed the bid on chain itself"),
    transaction: packTransaction.optional(),
  }),
  award: z.strictObject({ act: signedAct.describe("Award, by the request's key"), transaction: packTransaction }),
  grant: z.strictObject({
    act: signedAct.describe("Grant, by the awarded institution"),
    ...opened,
    transaction: packTransaction,
  }),
});

export const proofPack = z.discriminatedUnion("format", [leafPack, actPack, grantPack]);

export type PackTransaction = z.infer<typeof packTransaction>;
export type PackAnchor = z.infer<typeof packAnchor>;
export type SignedAct = z.infer<typeof signedAct>;
export type FileDigest = z.infer<typeof packFile>;
export type LeafPack = z.infer<typeof leafPack>;
export type ActPack = z.infer<typeof actPack>;
export type GrantPack = z.infer<typeof grantPack>;
export type ProofPack = z.infer<typeof proofPack>;

export type PackFault = "notJson" | "unknownFormat" | "unknownVersion" | "broken";

/** Larger texts are no proof packs. */
export const LARGEST_PACK_BYTES = 5 * 1024 * 1024;

/** An exported profile holds many packs. */
export const LARGEST_PROFILE_BYTES = 64 * 1024 * 1024;

/** Whether this is an exported profile, of any version: not one proof pack, but a file of them. */
export const isProfile = (value: unknown): boolean =>
  /^rongqiao-profile\/\d+$/.test(String((value as { format?: unknown } | null)?.format));

/** Reads a pack's text. A fault comes with the first place that is wrong, where there is one. */
export function readPack(text: string): { pack: ProofPack } | { fault: PackFault; at?: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "notJson" };
  }
  return readPackValue(value);
}

export function readPackValue(value: unknown): { pack: ProofPack } | { fault: PackFault; at?: string } {
  const format = String((value as { format?: unknown } | null)?.format);
  if (!/^rongqiao-(leaf|act|grant)-proof\/\d+$/.test(format)) return { fault: "unknownFormat" };
  if (!format.endsWith("/2")) return { fault: "unknownVersion", at: format };
  const parsed = proofPack.safeParse(value);
  if (parsed.success) return { pack: parsed.data };
  const issue = parsed.error.issues[0];
  return { fault: "broken", at: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
}
