import type { z } from "zod";
import type { purposeCode, RepaymentMethod, RequestView } from "../../../backend/features/requests/request-schemas.ts";

/*
 * The choices of the API's enumerations for selects, without the schema library in the page. The types make a missing or
 * an unknown choice an error.
 */

const keysOf = <Key extends string>(all: Record<Key, true>): Key[] => Object.keys(all) as Key[];

export const repaymentMethods = keysOf<RepaymentMethod>({
  equalInstalment: true,
  equalPrincipal: true,
  interestFirst: true,
  bullet: true,
});

export const purposeCodes = keysOf<z.infer<typeof purposeCode>>({
  workingCapital: true,
  equipment: true,
  rawMaterials: true,
  expansion: true,
  research: true,
  refinancing: true,
  other: true,
});

export const requestStates = keysOf<RequestView["state"]>({
  open: true,
  awarded: true,
  granted: true,
  withdrawn: true,
  expired: true,
});
