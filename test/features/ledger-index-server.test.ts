import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Db, MongoClient } from "mongodb";
import type { z } from "zod";
import { readConfig } from "../../backend/config.ts";
import { reconciliationPage } from "../../backend/features/audit/audit-schemas.ts";
import { startServer } from "../../backend/main.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { refused } from "../support/refusal.ts";
import type { RunningServer } from "../support/server.ts";

interface Ran {
  code: number;
  text: string;
}

describe("the ledger's index in a running server", function () {
  this.timeout(300_000);
  let folder: string;
  let server: RunningServer;
  let client: MongoClient;
  let db: Db;
  let path: Path;

  const start = async (): Promise<void> => {
    const options = ["--data-dir", join(folder, "data"), "--port", "0", "--sample-enterprises", "20"];
    server = await startServer(readConfig({}, [...options, "--log-level", "error"]));
    client = await MongoClient.connect(server.mongodbUri);
    db = client.db("rongqiao");
  };
  const stop = async (): Promise<void> => {
    await client?.close();
    await server?.stop();
  };
  const regulator = async () => (await path.demo("regulator")).api;
  const reconciled = async () => (await regulator()).reconciliation();
  const reindex = (argv: string[], env: Record<string, string>): Promise<Ran> =>
    new Promise((resolve) => {
      const options = { env: { ...process.env, NODE_OPTIONS: "", ...env } };
      execFile(process.execPath, ["scripts/reindex.ts", ...argv], options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, text: stdout + stderr });
      });
    });
  const beside = (...argv: string[]): Promise<Ran> =>
    reindex(argv, {
      MONGODB_URI: server.mongodbUri,
      CHAIN_RPC_URL: server.chainRpcUrl,
      DATA_DIR: join(folder, "none"),
    });
  const digestOf = ({ code, text }: Ran): string => {
    const digest = /digest {4}([0-9a-f]{64})/.exec(text)?.[1];
    expect(code, text).to.equal(0);
    return digest!;
  };
  const indexed = (): Promise<unknown> =>
    waitFor("the index to reach the head", async () => {
      const { blockNumber, indexedBlock, eventsWaiting, queuedActs, outboxWaiting } = await (
        await regulator()
      ).status();
      expect(eventsWaiting).to.be.at.least(0);
      return indexedBlock === blockNumber && queuedActs + outboxWaiting === 0 ? true : undefined;
    });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ledger-server-"));
    await start();
    path = await newPath(server.url);
    await playUntil("audit", path);
    await indexed();
  });
  after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("agrees with the store, in one go and page by page", async () => {
    const { kinds, differences, grants, matching, pending, differing, missing } = await reconciled();
    expect(differences).to.deep.equal([]);
    expect({ grants, matching, pending, differing, missing }).to.deep.equal({
      ...{ grants: 1, matching: 1, pending: 0, differing: [], missing: [] },
    });
    const enrolled = await db.collection("participants").countDocuments({ address: { $ne: null } });
    expect(kinds.map(({ kind, stored, matching: same }) => [kind, stored, same])).to.deep.equal([
      ["participants", enrolled, enrolled],
      ["requests", 1, 1],
      ["grants", 1, 1],
    ]);
    const { transport } = await regulator();
    let [seen, after]: [number, string | undefined] = [0, ""];
    for (let pages = 0; after !== undefined; pages++) {
      expect(pages).to.be.below(enrolled);
      const at: string = `/audit/reconciliation/participants?size=3&after=${after}`;
      const page: z.infer<typeof reconciliationPage> = await transport.get(at, reconciliationPage);
      expect(page.differences).to.deep.equal([]);
      seen += page.matching;
      after = page.next;
    }
    expect(seen).to.equal(enrolled);
    const bank = (await path.party("firstBank")).api;
    await refused(bank.transport.get("/audit/reconciliation/grants", reconciliationPage), 403);
  });

  it("names every figure, state and word that was changed in the store, and what was taken or added", async () => {
    type Change = [collection: string, change: object, names: string[]];
    const changes: Change[] = [
      ["grants", { amountFen: "1" }, ["amountFen"]],
      ["grants", { "terms.contractNumber": "another" }, ["terms"]],
      ["grants", { salt: `0x${"12".repeat(32)}` }, ["salt"]],
      ["bids", { "terms.annualRateBps": 1 }, ["bid"]],
      ["requests", { state: "open" }, ["state"]],
      ["requests", { grantedFen: "5" }, ["grantedFen"]],
      ["requests", { "terms.description": "another" }, ["terms"]],
      ["requests", { "award.bidHash": `0x${"34".repeat(32)}` }, ["awardedBid"]],
      ["participants", { status: "suspended" }, ["status"]],
      ["participants", { kind: "department" }, ["kind"]],
    ];
    const request = (await db.collection("requests").findOne({}))!;
    const of: Record<string, object> = {
      bids: { _id: request.award.bidId },
      participants: { _id: request.enterpriseId },
    };
    for (const [name, change, fields] of changes) {
      const collection = db.collection(name);
      const before = (await collection.findOne(of[name] ?? {}))!;
      await collection.updateOne({ _id: before._id }, { $set: change });
      const { differences } = await reconciled();
      await collection.replaceOne({ _id: before._id }, before);
      const shown = JSON.stringify([name, change]);
      expect(differences, shown).to.have.length(1);
      expect(differences[0]!.what, shown).to.equal("differs");
      expect(
        differences[0]!.fields.map((field) => field.name),
        shown,
      ).to.deep.equal(fields);
    }

    for (const [kind, key] of [
      ["grants", "grantId"],
      ["requests", "requestKey"],
      ["participants", "address"],
    ] as const) {
      const collection = db.collection<{ _id: string } & Record<string, unknown>>(kind);
      const before = (await collection.findOne(kind === "participants" ? { _id: request.enterpriseId } : {}))!;
      await collection.deleteOne({ _id: before._id });
      const { differences, missing } = await reconciled();
      const lost = differences.filter(({ what }) => what === "notInStore");
      expect(lost.map((one) => [one.kind, one.key])).to.deep.equal([[kind, before[key]]]);
      if (kind === "grants") expect(missing).to.deep.equal([before.grantId]);

      const forged = { ...before, _id: "forged", [key]: `0x${"56".repeat(kind === "grants" ? 32 : 20)}` };
      if (kind === "participants") Object.assign(forged, { kind: "operator", enrolActId: undefined });
      else Object.assign(forged, { actId: `0x${"78".repeat(32)}` });
      await collection.insertOne(forged as never);
      const { differences: now } = await reconciled();
      await collection.deleteOne({ _id: "forged" });
      await collection.insertOne(before as never);
      const added = now.filter(({ what }) => what === "notOnChain");
      expect(added.map(({ id }) => id)).to.deep.equal(["forged"]);
    }
    expect((await reconciled()).differences).to.deep.equal([]);
  });

  it("is rebuilt beside the running server to the same digest, and a forged one is found and mended", async () => {
    const digest = digestOf(await beside("--check"));
    expect(digestOf(await beside())).to.equal(digest);
    expect(digestOf(await beside("--check"))).to.equal(digest);
    await indexed();
    expect((await reconciled()).differences).to.deep.equal([]);

    const slot = (await db.collection<{ _id: string; slot: string }>("ledgerIndex").findOne({ _id: "current" }))!.slot;
    const entities = db.collection<{ _id: string }>(`ledgerEntities.${slot}`);
    const grant = (await entities.findOne({ kind: "grant" }))!;
    await entities.updateOne({ _id: grant._id }, { $set: { "facts.amountFen": "99" } });
    expect((await reconciled()).differences.map(({ key }) => `grant:${key}`)).to.deep.equal([grant._id]);
    const { code, text } = await beside("--check");
    expect(code, text).to.equal(1);
    expect(text)
      .to.include(grant._id)
      .and.to.match(/stored .*"amountFen":"99"/);
    expect(digestOf(await beside())).to.equal(digest);
    expect((await reconciled()).differences).to.deep.equal([]);
  });

  it("is the same after a restart, and is rebuilt from the folder of a stopped server", async () => {
    const digest = digestOf(await beside("--check"));
    await stop();
    const stopped = (...argv: string[]) => reindex(argv, { DATA_DIR: join(folder, "data") });
    expect(digestOf(await stopped("--check"))).to.equal(digest);
    expect(digestOf(await stopped())).to.equal(digest);
    await start();
    path = await newPath(server.url);
    await indexed();
    expect(digestOf(await beside("--check"))).to.equal(digest);
    await playUntil("grant", path);
    await waitFor("the index to have both grants", async () => {
      const { kinds, differences } = await reconciled();
      expect(differences).to.deep.equal([]);
      return kinds.find(({ kind, matching }) => kind === "grants" && matching === 2);
    });
  });

  it("says where nothing was ever started", async () => {
    const { code, text } = await reindex(["--check"], { DATA_DIR: join(folder, "empty") });
    expect(code).to.equal(2);
    expect(text).to.include(join(folder, "empty"));
  });
});
