import { FINANCING_STEPS } from "./financing-steps.ts";
import { JOINING_STEPS } from "./joining-steps.ts";
import type { Step } from "./path.ts";
import { PROOF_STEPS } from "./proof-steps.ts";

export { FileMemory, type Memory, ProcessMemory } from "./memory.ts";
export {
  type Actor,
  Path,
  type PathOptions,
  type Step,
  type StepResult,
  type Transaction,
  type TransactionSource,
} from "./path.ts";

/** The whole path, from a department's file to a grant that the regulator has checked. */
export const MAIN_PATH: readonly Step[] = [...JOINING_STEPS, ...FINANCING_STEPS, ...PROOF_STEPS];
