import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "mocha";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { type ResourceInput, resourceInput } from "../../backend/features/data-sources/resource-schemas.ts";
import type { Actor } from "../../backend/lib/actor.ts";
import { type JsonSource, paged, startJsonSource } from "./json-source.ts";
import { openPullWorld, type PullWorld } from "./pull-world.ts";

export const actor: Actor = { accountId: "a", sessionId: "s", role: "department", participantId: "d" };

type Changes = Partial<Omit<ResourceInput, "pull">> & { pull?: Partial<NonNullable<ResourceInput["pull"]>> };

/**
 * For a describe block: a store, a source of 25 rows that gives ten a page, and a clock. Each test begins with an empty
 * store.
 */
export class PullTests {
  now = new Date();
  rows: { code: string; at?: string; gone?: boolean; n?: number }[] = [];
  server!: Awaited<ReturnType<typeof startDocumentStore>>;
  source!: JsonSource;
  world!: PullWorld;

  constructor() {
    let folder: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "rongqiao-pull-"));
      this.server = await startDocumentStore({ dataDir: folder, port: 0 });
      this.world = await openPullWorld(this.server.uri, { now: () => this.now });
      this.source = await startJsonSource(() => undefined);
    });
    after(async () => {
      await this.world?.stop();
      await this.source?.stop();
      await this.server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(async () => {
      this.now = new Date("2026-03-05T02:00:00Z");
      this.rows = Array.from({ length: 25 }, (_, n) => ({ code: `C${n}`, n }));
      this.source.answer = paged(() => this.rows, 10);
      this.source.calls.length = 0;
      for (const name of ["batches", "fetchStates", "sourceRuns", "sourcePages", "dataResources"]) {
        await this.world.connection.collection(name).deleteMany({});
      }
    });
  }

  input({ pull, ...changes }: Changes = {}): ResourceInput {
    return resourceInput.parse({
      catalogId: "payments",
      kind: "pull",
      name: "缴费接口",
      owner: "信息中心",
      everyMinutes: 60,
      mapping: [{ source: "code", field: "code" }],
      pull: {
        url: `${this.source.url}/rows`,
        rows: "/data/rows",
        paging: { kind: "cursor", parameter: "cursor", pointer: "/next" },
        timeoutSeconds: 1,
        ...pull,
      },
      ...changes,
    });
  }

  async activate(changes: Changes = {}) {
    const { id } = await this.world.resources.create(actor, this.input(changes));
    return this.world.resources.act(actor, id, "activate");
  }

  later(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
  }

  /** Until nothing is due. */
  async work(): Promise<void> {
    for (let steps = 0; await this.world.pulls.step(); steps++) if (steps > 200) throw new Error("there is no end");
  }

  async codes() {
    return (await this.world.received()).flatMap(({ lines }) => lines.map(({ code }) => code));
  }

  async lastRun(id: string) {
    return (await this.world.resources.runs(actor, id, 1)).items[0]!;
  }
}
