/** What decides which version of a record is the newest. */
export interface Version {
  readonly _id: string;
  /** The time that the source gave the row itself. */
  readonly asOf?: string | undefined;
}
export interface VersionBatch {
  readonly origin?: { readonly sourceTime?: string | undefined } | undefined;
  readonly receivedAt: Date;
}

/** The source's own word on how new a row is; when it came, where the source says nothing. */
export const timeOfVersion = (version: Version, batch: VersionBatch): string =>
  version.asOf ?? batch.origin?.sourceTime ?? batch.receivedAt.toISOString();

/**
 * Above zero when `a` is the later word: by the source's time first, so that an old row that comes late replaces nothing;
 * among equals by when it came, so that a correction does.
 */
export function compareVersions(a: Version, aBatch: VersionBatch, b: Version, bBatch: VersionBatch): number {
  const [aTime, bTime] = [timeOfVersion(a, aBatch), timeOfVersion(b, bBatch)];
  if (aTime !== bTime) return aTime > bTime ? 1 : -1;
  const came = aBatch.receivedAt.getTime() - bBatch.receivedAt.getTime();
  if (came !== 0) return came;
  // Rows of one batch: the later row corrects the earlier.
  return a._id > b._id ? 1 : a._id < b._id ? -1 : 0;
}
