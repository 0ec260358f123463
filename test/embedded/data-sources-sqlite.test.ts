import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { createAllowList } from "../../backend/features/data-sources/outbound/allow-list.ts";
import type { Table } from "../../backend/features/data-sources/resource-store.ts";
import { createSourceReader } from "../../backend/features/data-sources/source-reader.ts";
import { fault } from "../support/domain-fault.ts";
import { allPages, NO_RULES, tableOf } from "../support/table-reading.ts";

describe("tables of SQLite files", function () {
  this.timeout(30_000);
  let folder: string;
  let inside: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-sqlite-"));
    inside = join(folder, "inside");
    mkdirSync(inside);
    for (const path of [join(inside, "shared.db"), join(folder, "outside.db")]) {
      const database = new DatabaseSync(path);
      database.exec(`
        CREATE TABLE payments (id INTEGER PRIMARY KEY, code TEXT, amount NUMERIC, at TEXT);
        CREATE TABLE mixed (id PRIMARY KEY, note);
        INSERT INTO mixed VALUES (2, 'integer'), (1.5, 'real'), ('1', 'text'), (10, 'integer');
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
          INSERT INTO payments SELECT 9007199254740990 + i, 'C' || i, i * 1.5, '2026-03-05' FROM n;
        CREATE VIEW slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS id FROM n`);
      database.close();
    }
    symlinkSync(join(folder, "outside.db"), join(inside, "link.db"));
    writeFileSync(join(inside, "text.db"), "this is no database, but long enough to be looked at as one");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (set: Partial<Table> = {}, cursor: string | null = null, sqliteFolder: string | undefined = inside) =>
    createSourceReader(createAllowList([]), sqliteFolder).read(
      { table: tableOf({ engine: "sqlite", host: "", database: "shared.db", ...set }), rules: NO_RULES },
      {},
      cursor,
    );

  it("gives each row once, page by page, with every digit and in the order of their kinds", async () => {
    const { rows, pages } = await allPages((cursor) => read({}, cursor));
    expect([rows.length, pages]).to.deep.equal([20, 3]);
    expect(rows[0]).to.deep.equal({ id: "9007199254740991", code: "C1", amount: "1.5", at: "2026-03-05" });
    expect(rows[19]!.id).to.equal("9007199254741010");
    const mixed = await allPages((cursor) => read({ table: "mixed", pageRows: 1 }, cursor));
    expect(mixed.rows.map(({ id }) => id)).to.deep.equal(["1.5", "2", "10", "1"]);
  });

  it("reads no file outside its folder, and none where there is no folder", async () => {
    for (const database of ["../outside.db", "link.db", join(folder, "outside.db"), "nothing.db", ".", ""]) {
      expect((await fault(read({ database }))).message, database).to.match(/no file/);
    }
    const nowhere = createSourceReader(createAllowList([]), undefined).read(
      { table: tableOf({ engine: "sqlite", host: "", database: "shared.db" }), rules: NO_RULES },
      {},
      null,
    );
    expect((await fault(nowhere)).code).to.equal("outbound.notAllowed");
    expect((await fault(read({ database: "text.db" }))).message).to.match(/not a database/);
  });

  it("ends a query that has no end", async () => {
    const startedAt = Date.now();
    expect((await fault(read({ table: "slow", timeoutSeconds: 1 }))).code).to.equal("source.timeout");
    expect(Date.now() - startedAt).to.be.below(4_000);
  });
});
