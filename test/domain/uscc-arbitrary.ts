import fc from "fast-check";
import { makeUscc } from "../../backend/lib/uscc.ts";

/** The characters of GB 32100-2015. */
export const USCC_SIGNS = [..."0123456789ABCDEFGHJKLMNPQRTUWXY"];

/** Valid codes of all kinds. */
export const anyUscc = fc
  .tuple(
    fc.constantFrom("1", "5", "9"),
    fc.constantFrom("1", "2", "3", "9"),
    fc.constantFrom("530402", "530403", "530423", "530481", "110101"),
    fc.array(fc.constantFrom(...USCC_SIGNS), { minLength: 8, maxLength: 8 }),
  )
  .map(([authority, kind, district, organisation]) => makeUscc(authority, kind, district, organisation.join("")));
