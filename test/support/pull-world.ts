import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import type { Connection } from "mongoose";
import { createAllowList } from "../../backend/features/data-sources/outbound/allow-list.ts";
import { createPageStore } from "../../backend/features/data-sources/page-store.ts";
import type { SourceCatalog, SourcePorts } from "../../backend/features/data-sources/ports.ts";
import { createPullService, type PullService } from "../../backend/features/data-sources/pull-service.ts";
import { createResourceService, type ResourceService } from "../../backend/features/data-sources/resource-service.ts";
import { createResourceStore } from "../../backend/features/data-sources/resource-store.ts";
import { createRunStore, type RunStore } from "../../backend/features/data-sources/run-store.ts";
import { createSealing } from "../../backend/features/data-sources/sealing.ts";
import { createSourceReader } from "../../backend/features/data-sources/source-reader.ts";
import type { Clock } from "../../backend/lib/clock.ts";
import { isDuplicateKey } from "../../backend/platform/mongo/aggregate.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

const CATALOG: SourceCatalog = {
  id: "payments",
  name: { zh: "缴费", en: "Payments" },
  departmentCode: "taxation",
  updateFrequency: "daily",
  fields: [
    { name: "code", label: { zh: "代码", en: "Code" }, required: true },
    { name: "asked", label: { zh: "次序", en: "Order" }, required: false },
  ],
};
export const SECRET = Buffer.alloc(32, 7);

export interface PullWorld {
  connection: Connection;
  resources: ResourceService;
  pulls: PullService;
  runs: RunStore;
  /** The lines that the ingestion got, in the order of the batches. */
  received(): Promise<{ lines: Record<string, string>[]; sourceTime?: string }[]>;
  stop(): Promise<void>;
}

/** Fetching over the real store, with an ingestion that takes the same bytes once. */
export async function openPullWorld(
  uri: string,
  clock: Clock,
  { allow = ["127.0.0.1:*"], random = () => 0 }: { allow?: readonly string[]; random?: () => number } = {},
): Promise<PullWorld> {
  const connection = await connectMongo(uri);
  const [store, runs, pages] = [
    createResourceStore(connection),
    createRunStore(connection),
    createPageStore(connection),
  ];
  await initModels(connection);
  const batches = connection.collection<{ _id: string; at: number; lines: string; sourceTime: string | null }>(
    "batches",
  );
  const ports: SourcePorts = {
    departmentOf: async () => CATALOG.departmentCode,
    ownCatalog: async () => CATALOG,
    catalogs: async () => [CATALOG],
    checkRows: async (_, rows) => ({ faults: [], rows: rows.map(() => ({ deleted: false, faults: [] })) }),
    async receive({ content, origin }) {
      const lines = await text(content);
      const id = createHash("sha256").update(lines).digest("hex");
      try {
        const at = await batches.countDocuments();
        await batches.insertOne({ _id: id, at, lines, sourceTime: origin.sourceTime ?? null });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      return { id };
    },
    batch: async () => undefined,
  };
  const reader = createSourceReader(createAllowList(allow), undefined);
  const sealing = createSealing(SECRET);
  return {
    connection,
    runs,
    resources: createResourceService(store, runs, ports, reader, sealing, clock, () => undefined),
    pulls: createPullService(store, runs, pages, ports, reader, sealing, clock, { retryBaseMs: 1_000, random }),
    async received() {
      const found = await batches.find().sort({ at: 1 }).toArray();
      return found.map(({ lines, sourceTime }) => ({
        lines: lines
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, string>),
        ...(sourceTime ? { sourceTime } : {}),
      }));
    },
    stop: () => connection.close(),
  };
}
