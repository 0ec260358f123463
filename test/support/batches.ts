import type { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";

/** The batch, once it is read: its rows can be seen from then on, not from the moment that they are counted. */
export const finishedBatch = (api: Api, id: string) =>
  waitFor("the batch to be finished", async () => {
    const batch = await api.batch(id);
    return batch.state === "received" || batch.state === "validated" ? undefined : batch;
  });

/** The batch with all its rows kept. Throws with what is in quarantine where some are not. */
export async function storedBatch(api: Api, id: string, rows: number) {
  const batch = await finishedBatch(api, id);
  if (batch.stored === rows) return batch;
  const { items } = await api.quarantine(id).catch(() => ({ items: [] }));
  const why = JSON.stringify(batch.fault ?? items);
  throw new Error(`${batch.catalogId}: ${batch.stored} of ${rows} rows stored: ${why}`);
}

/** The batch, once its records are proved on the chain. */
export const anchoredBatch = (api: Api, id: string) =>
  waitFor("the batch to be anchored", async () => {
    const batch = await api.batch(id);
    return batch.anchor.state === "confirmed" ? batch : undefined;
  });
