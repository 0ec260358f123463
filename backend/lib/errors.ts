/** An error of the product's own: a stable code, the data of the case, and (at the edge only) a status. */
export class DomainError extends Error {
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, data: Record<string, unknown> = {}) {
    super(message);
    this.name = "DomainError";
    this.code = code;
    this.data = data;
  }
}
