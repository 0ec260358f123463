import { coversPeriod } from "../../../../backend/features/consents/domain/consent-rules.ts";
import { YUXI_DISTRICTS } from "../../../../backend/features/data-exchange/domain/districts.ts";
import { checkProfile, type ProfileCheck } from "../../../../backend/features/profiles/domain/check-profile.ts";
import type { ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import type { ChainReader } from "../../../../backend/lib/proof/node.ts";
import type { Trust } from "../../../../backend/lib/proof/trust.ts";

/* What it takes to work a profile out again: of no use to who brings another proof, so it comes by itself. */

export { readProfilePack } from "../../../../backend/features/profiles/domain/profile-pack.ts";

export const checkProfileFile = (
  pack: ProfilePack,
  asked: { chain: ChainReader | undefined; trust: Trust | undefined },
): Promise<ProfileCheck> =>
  checkProfile(pack, {
    ...asked,
    covers: ({ catalogs, dataFrom, dataTo }, period) =>
      coversPeriod({ purpose: "creditReview", mode: "once", catalogs, dataFrom, dataTo }, period),
    districtName: (code) => YUXI_DISTRICTS.find((district) => district.code === code)?.name.zh ?? code,
  });
