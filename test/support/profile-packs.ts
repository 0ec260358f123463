import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { checkProfile, type ProfileCheck } from "../../backend/features/profiles/domain/check-profile.ts";
import { readProfilePack } from "../../backend/features/profiles/domain/profile-pack.ts";
import type { ProfilePack } from "../../backend/features/profiles/profile-schemas.ts";
import { nodeAt, remembering } from "../../backend/lib/proof/node.ts";
import { type Trust, trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { Api } from "../../scripts/client/api.ts";
import { profilePorts } from "../../scripts/lib/profile-ports.ts";
import { sharedServer } from "./server.ts";

export type CheckPack = (
  value: unknown,
  options?: { allowWaiting?: boolean; offline?: boolean },
) => Promise<ProfileCheck>;

/** Checks exports as a stranger does: by the published deployment, on the chain. The chain's answers are kept. */
export async function profileChecker(): Promise<CheckPack> {
  const { url, chainRpcUrl } = await sharedServer();
  const api = new Api(url);
  const trust: Trust = trustInDeployments(
    await api.transport.get("/deployment", deployment),
    (await api.meta()).chainId,
  );
  const chain = remembering(nodeAt(chainRpcUrl));
  return async (value, { allowWaiting, offline } = {}) => {
    // As it is written to a file and read again.
    const read = readProfilePack(JSON.parse(JSON.stringify(value)));
    if ("fault" in read) throw new Error(`${read.fault}: ${read.at}`);
    return checkProfile(read.profile, {
      chain: offline ? undefined : chain,
      trust,
      allowWaiting,
      ...profilePorts,
    });
  };
}

/** The pack with a change. */
export function forged(pack: ProfilePack, change: (copy: ProfilePack) => unknown): ProfilePack {
  const copy = structuredClone(pack);
  change(copy);
  return copy;
}
