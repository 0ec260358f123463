/** MongoDB's error codes, as far as this server raises them; names as in MongoDB's error_codes.yml. */
export const codes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  InvalidLength: 16,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CannotIndexParallelArrays: 171,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  CommandNotSupported: 115,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  Location40323: 40323,
  Location40324: 40324,
  Location16020: 16020,
} as const;

export type CodeName = keyof typeof codes;

/** An error that the client sees, with MongoDB's code; `extra` fields go into the answer (keyPattern, keyValue …). */
export class StoreError extends Error {
  readonly code: number;
  readonly codeName: string;
  readonly extra: Record<string, unknown>;
  constructor(codeName: CodeName, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.name = "StoreError";
    this.code = codes[codeName];
    this.codeName = codeName;
    this.extra = extra;
  }
}

export const badValue = (message: string): StoreError => new StoreError("BadValue", message);
export const failedToParse = (message: string): StoreError => new StoreError("FailedToParse", message);
export const typeMismatch = (message: string): StoreError => new StoreError("TypeMismatch", message);
