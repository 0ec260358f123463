import { Wallet } from "ethers";
import { type Domain, type SealedDocument, type SealIssue, sealIssueHash } from "../../contracts/typed-data.ts";
import { DAY, hash, type Party, sign, type World } from "./world.ts";

export const sealKey = new Wallet(hash("seal key"));

export const sealOf = (world: World, changes: Partial<SealIssue> = {}): SealIssue => ({
  idCommitment: hash("seal identity"),
  holder: world.enterprise.address,
  key: sealKey.address,
  validFrom: world.now,
  validUntil: world.now + 365 * DAY,
  ...changes,
});

/** Who signs what; the right ones where not told. */
interface Signing {
  operator?: Party & { address: string };
  key?: Party;
  domain?: Domain;
}

export async function issue(world: World, seal: SealIssue, by: Signing = {}) {
  const operator = by.operator ?? world.operator;
  return world.seals.issue(
    seal,
    operator.address,
    await sign(world, operator, "SealIssue", seal, by.domain),
    await sign(world, by.key ?? sealKey, "SealIssue", seal),
  );
}

/** With the seal's next nonce. */
export async function setStatus(
  world: World,
  sealId: string,
  status: number,
  signer: Party & { address: string } = world.operator,
  domain?: Domain,
) {
  const change = { sealId, status, nonce: (await world.seals.sealOf(sealId)).nonce as bigint };
  return world.seals.setStatus(change, signer.address, await sign(world, signer, "SealStatusChange", change, domain));
}

export async function seal(world: World, document: SealedDocument, by: Party = sealKey, domain?: Domain) {
  return world.seals.seal(document, await sign(world, by, "SealedDocument", document, domain));
}

/** A seal of the enterprise's, valid from now on. */
export async function issued(world: World): Promise<{ sealId: string; entry: SealIssue; document: SealedDocument }> {
  const entry = sealOf(world);
  await issue(world, entry);
  const sealId = sealIssueHash(entry);
  return { sealId, entry, document: { sealId, documentCommitment: hash("document") } };
}
