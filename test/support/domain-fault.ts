import { DomainError } from "../../backend/lib/errors.ts";

/** The product's own error that this ends with; anything else is thrown on. */
export async function fault(work: Promise<unknown>): Promise<DomainError> {
  const error = await work.then(
    () => new Error("it was read"),
    (caught: unknown) => caught,
  );
  if (!(error instanceof DomainError)) throw error;
  return error;
}

/** Its code, or "answered". */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "answered",
    (error: unknown) => {
      if (error instanceof DomainError) return error.code;
      throw error;
    },
  );
}
