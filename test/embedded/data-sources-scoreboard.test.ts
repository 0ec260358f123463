import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import type { SourceCatalog } from "../../backend/features/data-sources/ports.ts";
import {
  type CatalogCounts,
  createScoreboard,
  type ScoreboardService,
} from "../../backend/features/data-sources/scoreboard-service.ts";
import { createScoreboardStore } from "../../backend/features/data-sources/scoreboard-store.ts";
import type { Actor } from "../../backend/lib/actor.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

const NOW = new Date("2026-03-05T04:00:00Z");
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
const actor = (role: Actor["role"], participantId = "p"): Actor => ({
  accountId: "a",
  sessionId: "s",
  role,
  participantId,
});
const catalog = (id: string, departmentCode: string): SourceCatalog => ({
  id,
  name: { zh: id, en: id },
  departmentCode,
  updateFrequency: "weekly",
  fields: [
    { name: "a", label: { zh: "甲", en: "A" }, required: true },
    { name: "b", label: { zh: "乙", en: "B" }, required: false },
  ],
});

describe("the scoreboard, over the real store", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let connection: Connection;
  let board: ScoreboardService;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-scoreboard-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
    connection = await connectMongo(server.uri);
    const store = createScoreboardStore(connection);
    await initModels(connection);
    const insert = (name: string, documents: object[]) =>
      connection.collection(name).insertMany(documents as Record<string, unknown>[]);
    const batch = (catalogId: string, receivedAt: Date, sourceTime?: Date) => ({
      catalogId,
      state: "stored",
      rows: 100,
      quarantined: 10,
      receivedAt,
      finishedAt: new Date(receivedAt.getTime() + 2_000),
      origin: { kind: "push", ...(sourceTime ? { sourceTime: sourceTime.toISOString() } : {}) },
    });
    await insert("batches", [
      batch("taxes", ago(0)),
      batch("taxes", ago(0), new Date(ago(0).getTime() - 8_000)),
      batch("taxes", ago(40)),
      batch("courts", ago(2)),
      { ...batch("courts", ago(2)), state: "rejected" },
    ]);
    await insert("consents", [{ _id: "c1", terms: { catalogs: ["taxes", "courts"] } } as object]);
    const read = (what: string, at: Date, more: object = {}) => ({
      what,
      at,
      purpose: "creditReview",
      allowed: true,
      ...more,
    });
    await insert("accessLog", [
      read("profile", ago(0), { consentId: "c1" }),
      read("profile", ago(3), { consentId: "c1" }),
      read("record:taxes", ago(3), { purpose: "supervision" }),
      read("record:taxes", ago(0), { allowed: false }),
      read("copy", ago(0), { consentId: "unknown" }),
      read("record:taxes", ago(40)),
    ]);
    const objection = (catalogId: string, state: string, dueAt: Date) => ({ catalogId, state, dueAt });
    await insert("objections", [
      objection("courts", "raised", ago(1)),
      objection("courts", "raised", ago(-1)),
      objection("courts", "correcting", ago(1)),
      objection("courts", "upheld", ago(1)),
    ]);
    const counts: CatalogCounts = {
      batches: 2,
      rejected: 0,
      rows: 200,
      stored: 180,
      deleted: 0,
      quarantined: 20,
      reasons: { required: 15, usccCheck: 5 },
      filled: { a: 180, b: 90 },
      latencyMs: 12_000,
      lastLatencyMs: 10_000,
      maxLatencyMs: 10_000,
      lastBatchAt: ago(0),
    };
    const ports = {
      departmentOf: async (participantId: string) => participantId,
      departments: async () => ["court", "empty", "tax"].map((code) => ({ code, name: { zh: code, en: code } })),
      catalogs: async () => [catalog("taxes", "tax"), catalog("courts", "court"), catalog("fines", "court")],
      counts: async () =>
        new Map<string, CatalogCounts>([
          ["taxes", counts],
          ["courts", { ...counts, quarantined: 0, reasons: {}, lastBatchAt: ago(14) }],
        ]),
      activeResources: async () => new Map([["taxes", 3]]),
      catalogsOfRead: (what: string) => (what.startsWith("record:") ? [what.slice(7)] : undefined),
    };
    board = createScoreboard(store, ports, { now: () => NOW });
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("counts each measure of a catalog", async () => {
    const { catalogs, days } = await board.read(actor("regulator"), { days: 30 });
    expect(days).to.equal(30);
    const taxes = catalogs.find(({ catalogId }) => catalogId === "taxes")!;
    expect(taxes).to.deep.include({
      resources: 3,
      errorRate: 0.1,
      reasons: [
        { reason: "required", count: 15 },
        { reason: "usccCheck", count: 5 },
      ],
      // 15 of 195 required values were missing.
      completeness: { required: 0.923077, optional: 0.5 },
      latency: { meanMs: 6_000, lastMs: 10_000, maxMs: 10_000 },
      use: {
        reads: 3,
        refused: 1,
        byPurpose: [
          { purpose: "creditReview", count: 2 },
          { purpose: "supervision", count: 1 },
        ],
      },
      objections: { open: 0, late: 0 },
      // 35 for fresh, nothing for 10 % bad, half of 25, 15.
      score: 63,
    });
    const courts = catalogs.find(({ catalogId }) => catalogId === "courts")!;
    expect(courts.objections).to.deep.equal({ open: 3, late: 1 });
    expect(courts.freshness).to.deep.include({ state: "due", ageDays: 14, allowedDays: 7 });
    expect(courts.use.reads).to.equal(2);
    expect(catalogs.find(({ catalogId }) => catalogId === "fines")).to.deep.include({ score: null, errorRate: null });
    expect(catalogs.map(({ catalogId }) => catalogId)[0], "the worst first").to.equal("fines");
  });

  it("ranks departments, and shows a department nothing but its own", async () => {
    const all = await board.read(actor("operator"), { days: 30 });
    expect(all.departments.map(({ departmentCode, rank, catalogs }) => [departmentCode, rank, catalogs])).to.deep.equal(
      [
        ["tax", 1, 1],
        ["court", 2, 2],
      ],
    );
    const own = await board.read(actor("department", "court"), { days: 30, departmentCode: "tax" });
    expect(own.departments.map(({ departmentCode, rank }) => [departmentCode, rank])).to.deep.equal([["court", 2]]);
    expect(own.catalogs.map(({ departmentCode }) => departmentCode)).to.deep.equal(["court", "court"]);
    expect(own.trend.reduce((sum, { rows }) => sum + rows, 0)).to.equal(100);
  });

  it("shows the days in Beijing's time, one after the other", async () => {
    const { trend } = await board.read(actor("regulator"), { days: 5, departmentCode: "tax" });
    expect(trend).to.deep.equal([
      { day: "2026-03-01", rows: 0, quarantined: 0, reads: 0, latencyMs: null },
      { day: "2026-03-02", rows: 0, quarantined: 0, reads: 2, latencyMs: null },
      { day: "2026-03-03", rows: 0, quarantined: 0, reads: 0, latencyMs: null },
      { day: "2026-03-04", rows: 0, quarantined: 0, reads: 0, latencyMs: null },
      { day: "2026-03-05", rows: 200, quarantined: 20, reads: 1, latencyMs: 6_000 },
    ]);
  });

  it("counts days that are over once, and today each time", async () => {
    await board.read(actor("regulator"), { days: 4 });
    const late = { what: "record:taxes", purpose: "creditReview", allowed: true };
    await connection.collection("accessLog").insertMany([
      { ...late, at: ago(3) },
      { ...late, at: ago(0) },
    ]);
    const { trend } = await board.read(actor("regulator"), { days: 6, departmentCode: "tax" });
    expect(trend.map(({ reads }) => reads)).to.deep.equal([0, 0, 2, 0, 0, 2]);
  });
});
