import type { Model } from "mongoose";

const MAX_KEYS = 500;

/**
 * Joins what is asked for in one turn of the event loop into one query: under load a tenth of the round trips. Each
 * answer was read after it was asked for, as with a query of its own. A key that `readMany` doesn't answer is undefined.
 */
export function batched<Value>(
  readMany: (keys: string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | undefined> {
  type Waiting = { key: string; resolve(found: Value | undefined): void; reject(error: unknown): void };
  let waiting: Waiting[] = [];

  async function read(batch: readonly Waiting[]): Promise<void> {
    try {
      const found = await readMany([...new Set(batch.map(({ key }) => key))]);
      for (const { key, resolve } of batch) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let from = 0; from < all.length; from += MAX_KEYS) void read(all.slice(from, from + MAX_KEYS));
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ key, resolve, reject });
    });
}

/** Finds a document by its id, batched. What callers who ask at the same time get is one object: not to be changed. */
export function batchedFind<T extends { _id: string }>(
  model: Model<T>,
  projection: Record<string, 0 | 1> = {},
): (id: string) => Promise<T | null> {
  const find = batched(async (ids) => {
    const found = await model.find({ _id: { $in: ids } } as object, projection).lean<T[]>();
    return new Map(found.map((document) => [document._id, document]));
  });
  return async (id) => (await find(id)) ?? null;
}

/** Some of them, by id. */
export async function foundOf<T extends { _id: string }>(
  find: (id: string) => Promise<T | null>,
  ids: readonly string[],
): Promise<Map<string, T>> {
  const found = await Promise.all([...new Set(ids)].map(find));
  return new Map(found.flatMap((document) => (document ? [[document._id, document]] : [])));
}
