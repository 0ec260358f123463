import type { Connection } from "mongoose";

/** All enterprises of the city, whether they take part or not. */
export interface PopulationStore {
  /** The codes after one, in order. */
  after(uscc: string, limit: number): Promise<string[]>;
}

/** Reads the register of enterprises as the departments' records hold it. */
export function createPopulationStore(connection: Connection): PopulationStore {
  return {
    async after(uscc, limit) {
      const codes = new Set<string>();
      // A code may have several versions of its entry: those of the last code that is answered are passed over.
      const found = connection
        .collection<{ uscc: string }>("records")
        .find({ uscc: { $gt: uscc }, catalogId: "business-registration" }, { projection: { uscc: 1 } })
        .sort({ uscc: 1 })
        .limit(limit * 4);
      for await (const { uscc: code } of found) {
        codes.add(code);
        if (codes.size === limit) break;
      }
      return [...codes];
    },
  };
}
