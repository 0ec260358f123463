import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../client/api.ts";
import { freePort, startChildServer } from "../client/child-server.ts";
import { type Actor, Path, ProcessMemory } from "../client/main-path/index.ts";
import { play } from "../client/main-path/play.ts";
import { type Bench, type BenchRow, quantile } from "./bench.ts";

const ENTERPRISES = 200;
const FEW_PATHS = 8;
const MANY_PATHS = 80;
const CLIENTS = 20;

type Enterprise = { uscc: string; name: string };

interface Load {
  readonly pathsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
}

/** Plays `paths` whole paths with `clients` at a time. Every path must end with the regulator's "matches". */
async function measure(url: string, clients: number, paths: number, next: () => Enterprise): Promise<Load> {
  const latencies: number[] = [];
  const staff = new Map<string, Promise<Actor>>();
  let requests = 0;
  let left = paths;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const api = new Api(url, { onAnswer: () => requests++ });
      const started = performance.now();
      const options = { scryptN: 1_024, staff, pickEnterprise: async () => next() };
      await play(new Path(api, await api.meta(), new ProcessMemory(), options), { confirm: false });
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - started) / 1000;
  return {
    pathsPerSecond: paths / seconds,
    requestsPerSecond: requests / seconds,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
  };
}

/** Enterprises in business that no one admitted, each handed out once. */
async function enterprises(url: string): Promise<() => Enterprise> {
  const path = new Path(new Api(url), await new Api(url).meta(), new ProcessMemory());
  const { api } = await path.demo("operator");
  const found = new Map<string, Enterprise>();
  for (const query of [
    "玉溪",
    "红塔",
    "江川",
    "澄江",
    "通海",
    "华宁",
    "易门",
    "峨山",
    "新平",
    "元江",
    "9153",
    "9253",
    "9353",
  ]) {
    for (const item of (await api.registeredEnterprises(query)).items) {
      if (item.participantId === undefined && item.status === "active") found.set(item.uscc, item);
    }
  }
  const free = [...found.values()];
  return () => {
    const enterprise = free.pop();
    if (!enterprise) throw new Error("the sample city has no more enterprises for this measurement");
    return enterprise;
  };
}

const rowsOf = (clients: number, load: Load): BenchRow[] => [
  { id: `paths_per_second_${clients}`, value: load.pathsPerSecond, unit: "paths/s" },
  { id: `http_requests_per_second_${clients}`, value: load.requestsPerSecond, unit: "requests/s" },
  { id: `path_p50_${clients}`, value: load.p50, unit: "ms" },
  { id: `path_p95_${clients}`, value: load.p95, unit: "ms" },
];

/** The demo's whole path per second, with one client and with twenty, against an instance of its own. */
export const bench: Bench = async (note) => {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-bench-"));
  note(`starting an instance with ${ENTERPRISES} enterprises`);
  const server = await startChildServer(join(folder, "data"), await freePort(), ENTERPRISES);
  try {
    const next = await enterprises(server.url);
    note("warming up");
    await measure(server.url, 1, 2, next);
    note(`${FEW_PATHS} paths, 1 client`);
    const one = rowsOf(1, await measure(server.url, 1, FEW_PATHS, next));
    note(`${MANY_PATHS} paths, ${CLIENTS} clients`);
    const many = rowsOf(CLIENTS, await measure(server.url, CLIENTS, MANY_PATHS, next));
    const compared = many.map((row, i) => ({ ...row, ratio: row.value / one[i]!.value, against: one[i]!.id }));
    return [...one, ...compared];
  } finally {
    await server.interrupt();
    rmSync(folder, { recursive: true, force: true });
  }
};
