import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import mysql from "mysql2/promise";
import pg from "pg";
import { createAllowList } from "../../backend/features/data-sources/outbound/allow-list.ts";
import type { Table } from "../../backend/features/data-sources/resource-store.ts";
import { createSourceReader } from "../../backend/features/data-sources/source-reader.ts";
import { fault } from "../support/domain-fault.ts";
import { missingMariadb, startMariadb } from "../support/mariadb-server.ts";
import { type DatabaseServer, startPostgres } from "../support/postgres-server.ts";
import { allPages, NO_RULES, tableOf } from "../support/table-reading.ts";
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from "../support/test-certificates.ts";

const lookUp = async (host: string): Promise<string[]> => (host === "db.test" ? ["127.0.0.1"] : ["203.0.113.9"]);
describe("tables of PostgreSQL", function () {
  this.timeout(60_000);
  let server: DatabaseServer;
  let admin: pg.Client;
  let certificates: string;

  before(async () => {
    certificates = mkdtempSync(join(tmpdir(), "rongqiao-certificates-"));
    for (const [name, text] of [
      ["key.pem", TEST_KEY],
      ["cert.pem", TEST_CERTIFICATE],
    ] as const) {
      writeFileSync(join(certificates, name), text);
      chmodSync(join(certificates, name), 0o600);
      if (process.getuid?.() === 0) chownSync(join(certificates, name), 65_534, 65_534);
    }
    chmodSync(certificates, 0o755);
    server = await startPostgres({
      ssl: "on",
      ssl_key_file: join(certificates, "key.pem"),
      ssl_cert_file: join(certificates, "cert.pem"),
    });
    admin = new pg.Client({
      host: "127.0.0.1",
      port: server.port,
      user: "postgres",
      password: server.password,
      database: "postgres",
    });
    await admin.connect();
    await admin.query(`
      CREATE TABLE payments (id bigint PRIMARY KEY, code text, amount numeric(20,2), paid_on date, paid_at timestamptz,
        seen_at timestamp, settled boolean, ratio double precision, note text);
      INSERT INTO payments SELECT 9007199254740990 + n, 'C' || n, n * 0.01 + 90071992547409.91, date '2026-03-05' + n,
        timestamptz '2026-03-04 16:00:00+00' + n * interval '1 second', timestamp '2026-03-05 10:00:00.123456', n % 2 = 0,
        n / 3.0, CASE WHEN n = 1 THEN NULL ELSE '中文 "引号" \\' END FROM generate_series(1, 20) n;
      CREATE TABLE changes (code text PRIMARY KEY, updated_at timestamptz, gone text);
      CREATE SCHEMA "od""d";
      CREATE TABLE "od""d"."ta ble; --" ("k""ey" int PRIMARY KEY, "值" text);
      INSERT INTO "od""d"."ta ble; --" VALUES (1, 'a'), (2, 'b');
      CREATE FUNCTION sleepy() RETURNS text LANGUAGE sql AS $$ SELECT pg_sleep(20)::text $$;
      CREATE VIEW slow AS SELECT 1 AS id, sleepy() AS note;
      CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS $$ INSERT INTO payments (id) VALUES (1) RETURNING 1 $$;
      CREATE VIEW writing AS SELECT 1 AS id, writes() AS note`);
  });
  after(async () => {
    await admin?.end();
    await server?.stop();
    rmSync(certificates, { recursive: true, force: true });
  });

  const place = (set: Partial<Table> = {}): Table =>
    tableOf({ port: server.port, database: "postgres", user: "postgres", ...set });
  const reader = (allow = ["127.0.0.1:*", "db.test:*=127.0.0.0/8"]) =>
    createSourceReader(createAllowList(allow, lookUp), undefined);
  const read = (set: Partial<Table> = {}, cursor: string | null = null, rules = NO_RULES) =>
    reader().read({ table: place(set), rules }, { password: server.password }, cursor);

  it("is the version that the package carries", async () => {
    const { rows } = await admin.query<{ server_version: string }>("SHOW server_version");
    expect(Number.parseInt(rows[0]!.server_version, 10)).to.be.at.least(14);
  });

  it("gives each row once, page by page, with every digit", async () => {
    const { rows, pages } = await allPages((cursor) => read({}, cursor));
    expect(pages).to.equal(3);
    expect(rows.map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 20 }, (_, n) => String(9_007_199_254_740_991n + BigInt(n))),
    );
    expect(rows[0]).to.deep.equal({
      id: "9007199254740991",
      code: "C1",
      amount: "90071992547409.92",
      paid_on: "2026-03-06",
      paid_at: "2026-03-05 00:00:01",
      seen_at: "2026-03-05 10:00:00.123456",
      settled: "false",
      ratio: "0.3333333333333333",
      note: null,
    });
    expect(rows[1]).to.deep.include({ settled: "true", note: '中文 "引号" \\' });
  });

  it("reads what is new since, and what was changed where there is a time of change", async () => {
    await admin.query("TRUNCATE changes");
    const change = (code: string, at: string, gone = "") =>
      admin.query(
        "INSERT INTO changes VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET updated_at = $2, gone = $3",
        [code, at, gone],
      );
    // All at one microsecond: the key keeps them apart, over the ends of pages too.
    for (let n = 0; n < 20; n++) await change(`C${String(n).padStart(2, "0")}`, "2026-03-05T00:00:00.123456Z");
    const changes = (cursor: string | null) =>
      read({ table: "changes", keyColumn: "code", updatedColumn: "updated_at" }, cursor);
    const first = await allPages(changes);
    expect(first.rows.map(({ code }) => code)).to.have.length(20);
    expect(new Set(first.rows.map(({ code }) => code))).to.have.property("size", 20);
    expect((await allPages(changes, first.cursor)).rows).to.deep.equal([]);
    await change("C03", "2026-03-05T00:00:00.123457Z", "1");
    const [page] = [await changes(first.cursor)];
    expect(page.rows).to.deep.equal([{ code: "C03", updated_at: "2026-03-05 08:00:00.123457", gone: "1" }]);
    expect(page.sourceTime).to.equal("2026-03-05T00:00:00.123Z");
  });

  it("leaves rows that are too new for later", async () => {
    await admin.query("TRUNCATE changes");
    await admin.query("INSERT INTO changes VALUES ('old', now() - interval '1 hour', ''), ('new', now(), '')");
    const set = { table: "changes", keyColumn: "code", updatedColumn: "updated_at", settleSeconds: 60 };
    expect((await read(set)).rows.map(({ code }) => code)).to.deep.equal(["old"]);
  });

  it("takes only the columns that are mapped, and names of any kind", async () => {
    const table = { schema: 'od"d', table: "ta ble; --", keyColumn: 'k"ey' };
    const page = await reader().read(
      { table: place(table), rules: { mapping: [{ source: "值", field: "name" }] } },
      { password: server.password },
      null,
    );
    expect(page.rows).to.deep.equal([
      { 值: "a", 'k"ey': "1" },
      { 值: "b", 'k"ey': "2" },
    ]);
    expect((await fault(read({ table: "payments; DROP TABLE payments" }))).code).to.equal("source.table");
    expect((await read()).rows).to.have.length(7);
  });

  it("can't write, and doesn't wait for ever", async () => {
    const written = await fault(read({ table: "writing" }));
    expect(written.message).to.match(/read-only transaction/);
    expect(written.data.retry).to.equal(undefined);
    const startedAt = Date.now();
    const slow = await fault(read({ table: "slow", timeoutSeconds: 1 }));
    expect(slow.message).to.match(/statement timeout/);
    expect(slow.data.retry).to.equal(true);
    expect(Date.now() - startedAt).to.be.below(5_000);
  });

  it("tells what won't help to try again from what may", async () => {
    const wrongPassword = reader().read({ table: place(), rules: NO_RULES }, { password: "wrong" }, null);
    expect((await fault(wrongPassword)).data.retry).to.equal(undefined);
    expect((await fault(read({ keyColumn: "nothing" }))).message).to.match(/column "nothing" does not exist/);
    expect((await fault(read({ database: "nothing" }))).data.retry).to.equal(undefined);
    const away = await fault(read({ port: 1, timeoutSeconds: 2 }));
    expect([away.code, away.data.retry]).to.deep.equal(["source.table", true]);
  });

  it("checks certificates against the name, at the address that was checked", async () => {
    const verified = { host: "db.test", tls: "verify" } as const;
    expect((await read({ ...verified, ca: TEST_CA })).rows).to.have.length(7);
    expect((await fault(read(verified))).message).to.match(/self-signed|unable to verify|local issuer/);
    expect((await fault(read({ ...verified, host: "127.0.0.1", ca: TEST_CA }))).message).to.match(/IP|altnames/i);
    expect((await read({ host: "127.0.0.1", tls: "encrypt" })).rows).to.have.length(7);
  });

  it("goes nowhere that isn't allowed", async () => {
    for (const [allow, host] of [
      [[], "127.0.0.1"],
      [["127.0.0.1"], "127.0.0.1"],
      [["db.test:*"], "db.test"],
      [["*:*"], "127.0.0.1"],
    ] as const) {
      const refused = await fault(
        reader([...allow]).read({ table: place({ host }), rules: NO_RULES }, { password: server.password }, null),
      );
      expect(refused.code, `${allow}`).to.equal("outbound.notAllowed");
    }
  });
});

describe("tables of MariaDB", function () {
  this.timeout(240_000);
  let server: DatabaseServer | undefined;
  let admin: mysql.Connection;

  before(async function () {
    const missing = missingMariadb();
    if (missing !== undefined) {
      console.log(
        `    ✗ LEFT OUT: no MariaDB is to be had here (${missing}); install mariadb-server to run these tests`,
      );
      this.skip();
    }
    server = await startMariadb();
    admin = await mysql.createConnection({
      host: "127.0.0.1",
      port: server.port,
      user: "reader",
      password: server.password,
      database: "shared",
      multipleStatements: true,
    });
    await admin.query(`
      CREATE TABLE payments (id BIGINT UNSIGNED PRIMARY KEY, code VARCHAR(20), amount DECIMAL(20,2), paid_on DATE,
        seen_at DATETIME(6), settled TINYINT(1), note VARCHAR(100), KEY (seen_at, id));
      INSERT INTO payments SELECT 9007199254740990 + seq, CONCAT('C', seq), 90071992547409.91 + seq / 100,
        DATE '2026-03-05' + INTERVAL seq DAY, '2026-03-05 10:00:00.123456', seq % 2, '中文 ''引号'' \\\\' FROM seq_1_to_20;
      CREATE TABLE \`ta ble; --\` (\`k\`\`ey\` VARCHAR(20) PRIMARY KEY, \`值\` TEXT);
      INSERT INTO \`ta ble; --\` VALUES ('\\\\'' OR 1=1 -- ', 'a'), ('b', 'b');
      CREATE VIEW slow AS SELECT 1 AS id, SLEEP(20) AS note;
      CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO payments (id) VALUES (1); RETURN 1; END;
      CREATE VIEW writing AS SELECT 1 AS id, writes() AS note`);
  });
  after(async () => {
    await admin?.end();
    await server?.stop();
  });

  const read = (set: Partial<Table> = {}, cursor: string | null = null) =>
    createSourceReader(createAllowList(["127.0.0.1:*"], lookUp), undefined).read(
      { table: tableOf({ engine: "mysql", port: server!.port, ...set }), rules: NO_RULES },
      { password: server!.password },
      cursor,
    );

  it("gives each row once, page by page, with every digit", async () => {
    const { rows, pages } = await allPages((cursor) => read({}, cursor));
    expect(pages).to.equal(3);
    expect(rows.map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 20 }, (_, n) => String(9_007_199_254_740_991n + BigInt(n))),
    );
    expect(rows[0]).to.deep.equal({
      id: "9007199254740991",
      code: "C1",
      amount: "90071992547409.92",
      paid_on: "2026-03-06",
      seen_at: "2026-03-05 10:00:00.123456",
      settled: "1",
      note: "中文 '引号' \\",
    });
  });

  it("reads what was changed, where many have one time of change", async () => {
    const changes = (cursor: string | null) => read({ updatedColumn: "seen_at" }, cursor);
    const first = await allPages(changes);
    expect(new Set(first.rows.map(({ id }) => id))).to.have.property("size", 20);
    expect(first.rows).to.have.length(20);
    await admin.query("UPDATE payments SET seen_at = '2026-03-05 10:00:00.123457' WHERE code = 'C5'");
    expect((await allPages(changes, first.cursor)).rows.map(({ code }) => code)).to.deep.equal(["C5"]);
  });

  it("takes names and keys of any kind", async () => {
    const odd = { table: "ta ble; --", keyColumn: "k`ey", pageRows: 1 };
    const { rows } = await allPages((cursor) => read(odd, cursor));
    expect(rows.map((row) => row.值)).to.have.members(["a", "b"]);
  });

  it("can't write, and doesn't wait for ever", async () => {
    expect((await fault(read({ table: "writing" }))).message).to.match(/READ ONLY transaction/i);
    const slow = await fault(read({ table: "slow", timeoutSeconds: 1 }));
    expect(slow.message).to.match(/max_statement_time/);
  });

  it("tells what won't help to try again from what may", async () => {
    expect((await fault(read({ user: "nobody" }))).data.retry).to.equal(undefined);
    expect((await fault(read({ keyColumn: "nothing" }))).data.retry).to.equal(undefined);
    const away = await fault(read({ port: 1, timeoutSeconds: 2 }));
    expect([away.code, away.data.retry]).to.deep.equal(["source.table", true]);
  });
});
