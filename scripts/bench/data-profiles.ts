import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { JsonRpcProvider } from "ethers";
import { compose } from "../../backend/compose.ts";
import { chainContext } from "../../backend/lib/chain-context.ts";
import { systemClock } from "../../backend/lib/clock.ts";
import { createSignatureCheck } from "../../backend/lib/signatures.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { profilesOf } from "../../backend/profiles.ts";
import { createStores } from "../../backend/stores.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { type BenchRow, quantile } from "./bench.ts";

export interface ProfileRowsOptions {
  /** Of the document store that holds the city's records. */
  readonly storeUrl: string;
  /** Of 220,000 enterprises. */
  readonly scale: number;
  readonly note: (text: string) => void;
  /** Enterprises read one after the other. */
  readonly reads?: number;
}

const COLD_MS = 25;
const WARM_MS = 5;
const ALL_SECONDS = 300;
const ENTERPRISES = 220_000;
const CALLERS = 16;
const WARM_UP = 60;
const ANY = "0x0000000000000000000000000000000000000001";
const ARTIFACTS = fileURLToPath(new URL("../../artifacts", import.meta.url));

/** Every service over the store, without a chain: reading a profile asks none. */
async function servicesOver(storeUrl: string) {
  const connection = await connectMongo(storeUrl);
  const stores = await createStores(connection);
  const provider = new JsonRpcProvider("http://127.0.0.1:9");
  const artifacts = artifactsFrom(ARTIFACTS);
  const contracts: Parameters<typeof chainContext>[1] = {
    accessManager: ANY,
    participants: ANY,
    anchors: ANY,
    consents: ANY,
    financing: ANY,
    pledges: ANY,
    seals: ANY,
    relay: ANY,
  };
  const chain = chainContext(
    1,
    contracts,
    (name) => artifacts(name).abi,
    createSignatureCheck(() => Promise.resolve(false)),
  );
  const services = compose({
    stores,
    chain,
    provider,
    startBlock: 0,
    sessionSecret: Buffer.alloc(32),
    personKeys: [Buffer.alloc(32, 1)],
    filesDir: "",
    clock: systemClock,
  });
  /** Profiles that remember nothing of what was read before. */
  const fresh = () =>
    profilesOf({
      stores,
      catalogRegistry: services.catalogRegistry,
      exchange: services.exchange,
      objections: services.objections,
      erasures: services.erasures,
      anchoring: services.anchoring,
      subjects: services.subjects,
      participants: services.participants,
      consents: services.consents,
      copies: services.copies,
      proofs: () => services.proofs,
      clock: systemClock,
      onWork: () => undefined,
    });
  return {
    stores,
    services,
    fresh,
    connection,
    async close() {
      provider.destroy();
      await connection.close();
    },
  };
}

/** Some enterprises from all over the order of codes, the same in every run. */
async function someEnterprises(connection: Awaited<ReturnType<typeof connectMongo>>, count: number): Promise<string[]> {
  const records = connection.collection<{ uscc: string }>("records");
  const total = await records.countDocuments({ catalogId: "business-registration" });
  const step = Math.max(1, Math.floor(total / count));
  const found = records.find({ catalogId: "business-registration" }, { projection: { _id: 0, uscc: 1 } });
  const codes = (await found.toArray()).map(({ uscc }) => uscc).sort();
  return codes.filter((_, at) => at % step === 0).slice(0, count);
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/**
 * Reading profiles through the service, as JSON text, from the store's own process over MongoDB's protocol: cold ones, of
 * which nothing was kept or remembered, with the anchor of every record behind them; the same again; many callers at once;
 * and the pass over all enterprises, beside which a profile is read ten times a second.
 */
export async function profileRows({ storeUrl, scale, note, reads = 400 }: ProfileRowsOptions): Promise<BenchRow[]> {
  const { stores, services, fresh, connection, close } = await servicesOver(storeUrl);
  try {
    await connection.collection("profiles").deleteMany({});
    await connection.collection("profileRuns").deleteMany({});
    const [warmUp, chosen] = await (async () => {
      const all = await someEnterprises(connection, reads + WARM_UP);
      return [all.slice(0, WARM_UP), all.slice(WARM_UP)] as const;
    })();
    if (chosen.length === 0) throw new Error("the store holds no enterprises: ingest a city first");
    const read = async (uscc: string, { profiles }: Pick<typeof services, "profiles"> = services) =>
      JSON.stringify(await profiles.ofUscc(uscc));
    // A runtime that has never read a profile is compiled first, as in a server that has run for a minute.
    for (const uscc of warmUp) await read(uscc, fresh());

    note(`${chosen.length} profiles, one after the other`);
    const cold: number[] = [];
    for (const uscc of chosen) cold.push(await timed(() => read(uscc, fresh())));
    for (const uscc of chosen) await read(uscc);
    const warm: number[] = [];
    for (const uscc of chosen) warm.push(await timed(() => read(uscc)));
    note(
      `cold ${quantile(cold, 0.5).toFixed(1)} ms (p95 ${quantile(cold, 0.95).toFixed(1)}), warm ${quantile(warm, 0.5).toFixed(1)} ms (p95 ${quantile(warm, 0.95).toFixed(1)})`,
    );

    let next = 0;
    const rounds = Math.max(1, Math.round(4_000 / chosen.length));
    const seconds =
      (await timed(() =>
        Promise.all(
          Array.from({ length: CALLERS }, async () => {
            while (next < chosen.length * rounds) await read(chosen[next++ % chosen.length]!);
          }),
        ),
      )) / 1000;

    await connection.collection("profiles").deleteMany({});
    note("the pass over all enterprises");
    let running = true;
    const beside: number[] = [];
    const reader = (async () => {
      for (let at = 0; running; at++) {
        beside.push(await timed(() => read(chosen[at % chosen.length]!)));
        await pause(100);
      }
    })();
    await services.recomputing.start();
    const all =
      (await timed(async () => {
        for (;;) if (!(await services.recomputing.step())) return;
      })) / 1000;
    running = false;
    await reader;
    const { run } = await services.recomputing.state();
    if (run?.state !== "done") throw new Error("the pass over all enterprises did not come to its end");
    const kept = await stores.profiles.count();
    if (kept < run.changed) throw new Error(`${run.changed} profiles were written, ${kept} are there`);
    note(`${run.done} enterprises in ${all.toFixed(1)} s; reads beside it ${quantile(beside, 0.5).toFixed(1)} ms`);

    const [coldMs, warmMs] = [quantile(cold, 0.5), quantile(warm, 0.5)];
    // A small city is over before the first slice is compiled.
    const target = Math.max(10, ALL_SECONDS * scale);
    return [
      { id: "profile_cold_ms", value: coldMs, unit: "ms", target: `< ${COLD_MS}`, met: coldMs < COLD_MS },
      { id: "profile_warm_ms", value: warmMs, unit: "ms", target: `< ${WARM_MS}`, met: warmMs < WARM_MS },
      { id: "profiles_per_second", value: (chosen.length * rounds) / seconds, unit: "profiles/s" },
      {
        id: "recompute_all_s",
        value: all,
        unit: "s",
        target: `< ${target.toFixed(0)} (${run.done} of ${ENTERPRISES})`,
        met: all < target,
      },
      { id: "profile_beside_recompute_ms", value: quantile(beside, 0.5), unit: "ms" },
    ];
  } finally {
    await close();
  }
}
