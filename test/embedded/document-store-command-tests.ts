import { expect } from "chai";
import type { Document } from "mongodb";
import { failure, startTestStore, type TestStore } from "./document-store-support.ts";

/** Sends commands to a store of its own, for the tests of one file. */
export function commandTests() {
  let store: TestStore | undefined;
  let counter = 0;
  before(async () => {
    store = await startTestStore();
  });
  after(() => store?.stop());
  const code = async (p: Promise<unknown>): Promise<unknown> => (await failure(p)).code;
  const run = (command: Document): Promise<Document> => store!.db.command(command);
  return {
    get s(): TestStore {
      return store!;
    },
    fresh: (): string => `c${counter++}`,
    run,
    admin: (command: Document): Promise<Document> => store!.client.db("admin").command(command),
    code,
    /** Checks [command, code] rows. */
    async refusals(rows: [Document, number][], send = run): Promise<void> {
      for (const [command, expected] of rows)
        expect(await code(send(command)), JSON.stringify(command)).to.equal(expected);
    },
  };
}
