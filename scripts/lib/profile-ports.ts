import { coversPeriod } from "../../backend/features/consents/domain/consent-rules.ts";
import { YUXI_DISTRICTS } from "../../backend/features/data-exchange/domain/districts.ts";
import type { RecomputePorts } from "../../backend/features/profiles/domain/compare-profile.ts";

/** What a profile is worked out with that other features know. */
export const profilePorts: RecomputePorts = {
  covers: ({ catalogs, dataFrom, dataTo }, period) =>
    coversPeriod({ purpose: "creditReview", mode: "once", catalogs, dataFrom, dataTo }, period),
  districtName: (code) => YUXI_DISTRICTS.find((district) => district.code === code)?.name.zh ?? code,
};
