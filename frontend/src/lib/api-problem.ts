import type { Problem } from "../../../backend/lib/schemas.ts";

/** An answer that is not 2xx, or no answer at all (code `network`). */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiProblem";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  /** Reasons by field, for a form. The field is a path with dots, such as `terms.amountFen`. */
  get fieldErrors(): { field: string; reason: string; fix?: string | undefined }[] {
    return this.problem.errors ?? [];
  }
}

export const isProblem = (error: unknown, code?: string): error is ApiProblem =>
  error instanceof ApiProblem && (code === undefined || error.code === code);

export function problemOf(code: string, status: number, detail: string): ApiProblem {
  return new ApiProblem({ type: "about:blank", title: detail, status, code, detail });
}
