import { expect } from "chai";
import type { Problem } from "../../backend/lib/schemas.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";

/** Expects problem details with this status and code, and returns them. */
export async function refused(work: Promise<unknown>, status: number, code?: string | RegExp): Promise<Problem> {
  const answer = await work.then(
    () => "the request was accepted",
    (error: unknown) => error,
  );
  if (!(answer instanceof ApiProblem)) throw answer instanceof Error ? answer : new Error(String(answer));
  const told = `${answer.status} ${answer.code}`;
  expect(answer.status, answer.message).to.equal(status);
  if (typeof code === "string") expect(told, answer.message).to.equal(`${status} ${code}`);
  if (code instanceof RegExp) expect(answer.code, answer.message).to.match(code);
  expect(answer.problem.title, "a title").to.not.equal("");
  expect(answer.problem.status, "the status is in the problem too").to.equal(status);
  expect(answer.problem.detail, "a detail").to.not.equal("");
  return answer.problem;
}

/** Expects that the problem names this field with a reason. */
export function namesField(problem: Problem, field: string | RegExp): void {
  const fields = (problem.errors ?? []).map((error) => error.field);
  const found = problem.errors?.find((error) =>
    typeof field === "string" ? error.field === field : field.test(error.field),
  );
  expect(found, `the fields named are ${fields.join(", ") || "none"}`).to.not.equal(undefined);
  expect(found?.reason).to.be.a("string").and.not.equal("");
}
