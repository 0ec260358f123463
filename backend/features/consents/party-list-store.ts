import type { Model } from "mongoose";

export type OfParty = { holderId: string } | { institutionId: string };

/** One page of what concerns one of the two parties, newest first by `at`. */
export async function pageOfParty<T>(
  model: Model<T>,
  party: OfParty,
  at: string,
  page: number,
  size: number,
): Promise<{ items: T[]; total: number }> {
  const filter = "holderId" in party ? { "holder.id": party.holderId } : { "institution.id": party.institutionId };
  const items = await model
    .find(filter as never)
    .sort({ [at]: -1 })
    .skip((page - 1) * size)
    .limit(size)
    .lean<T[]>();
  return { items, total: await model.countDocuments(filter as never) };
}
