import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "chai";
import type { Api } from "../../scripts/client/api.ts";
import { generateSampleCity, type SampleFile } from "../../scripts/sample-city/generate.ts";
import { BAD_ROWS, type ExpectedFault } from "../../scripts/sample-city/manifest.ts";
import { newPath } from "../support/actors.ts";
import { finishedBatch } from "../support/batches.ts";
import { sharedServer } from "../support/server.ts";

const ENTERPRISES = 60;
/** With it the second files hold corrections, late rows and a deletion. */
const SEED = "files-11";

describe("the sample city's files, sent by their departments", function () {
  this.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "city-files-"));
  const apis = new Map<string, Promise<Api>>();
  let files: readonly SampleFile[];
  let supplements: readonly SampleFile[];
  let expected: Map<string, ExpectedFault[]>;

  before(async () => {
    const city = await generateSampleCity({
      enterprises: ENTERPRISES,
      seed: SEED,
      outDir: folder,
      badShare: 0.05,
      supplements: true,
    });
    const faults = readFileSync(join(folder, BAD_ROWS), "utf8").trim().split("\n");
    expected = Map.groupBy(
      faults.map((line) => JSON.parse(line) as ExpectedFault),
      ({ file }) => file,
    );
    // Files without a bad row tell nothing here, unless a second file follows them.
    const followed = new Set(city.files.filter(({ supplement }) => supplement).map(({ catalogId }) => catalogId));
    files = city.files.filter(
      ({ badRows, catalogId, supplement }) => !supplement && (badRows > 0 || followed.has(catalogId)),
    );
    supplements = city.files.filter(({ supplement }) => supplement);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function departmentOf(code: string): Promise<Api> {
    const path = await newPath();
    const { demoAccounts } = await sharedServer();
    const { username, password } = demoAccounts.find((account) => account.username === `dept-${code}`)!;
    return path.api.as((await path.api.login(username, password)).token);
  }
  const apiOf = (code: string): Promise<Api> => {
    const known = apis.get(code) ?? departmentOf(code);
    apis.set(code, known);
    return known;
  };

  async function send(file: SampleFile) {
    const name = basename(file.path);
    const api = await apiOf(file.departmentCode);
    const { id } = await api.upload(file.catalogId, name, readFileSync(file.path));
    return { name, api, batch: await finishedBatch(api, id) };
  }

  /** "row reason column" of every quarantined row. */
  async function quarantined(api: Api, id: string): Promise<{ found: string[]; ambiguous: number }> {
    const found: string[] = [];
    let ambiguous = 0;
    for (let page = 1; ; page++) {
      const { items } = await api.quarantine(id, page);
      if (items.length === 0) return { found: found.sort(), ambiguous };
      for (const { row, faults } of items) {
        for (const { reason, column } of faults) {
          // The server has a city of its own, in which another may have the same old number or name.
          if (reason === "ambiguousSubject") ambiguous++;
          // Whom a row is about is told of the row, whatever column it is said at.
          else found.push(`${row} ${reason} ${reason === "unknownSubject" ? "" : column}`);
        }
      }
    }
  }

  it("are quarantined in the very rows, columns and for the reasons that the manifest foretells", async () => {
    const reasons = new Set<string>();
    const check = async (file: SampleFile): Promise<void> => {
      const { name, api, batch } = await send(file);
      expect(batch.fault, name).to.equal(undefined);
      const { found, ambiguous } = await quarantined(api, batch.id);
      expect([batch.rows, batch.quarantined - ambiguous], name).to.deep.equal([file.rows, file.badRows]);
      expect(batch.stored + batch.duplicates + batch.quarantined, name).to.equal(batch.rows);
      const told = (expected.get(name) ?? []).map(({ row, reason, column }) => `${row} ${reason} ${column}`);
      expect(found, name).to.deep.equal(told.sort());
      for (const { reason } of expected.get(name) ?? []) reasons.add(reason);
    };
    // The registration first: other files name their enterprises by it.
    const [registration, ...others] = files;
    expect(registration?.catalogId).to.equal("business-registration");
    await check(registration!);
    await Promise.all(others.map(check));
    expect(reasons.size).to.be.greaterThan(12);
  });

  it("are corrected, kept as history and deleted as the second files say", async () => {
    const found = await Promise.all(
      supplements.map(async (file) => {
        const { name, batch } = await send(file);
        const { corrected, late, deleted, quarantined: bad } = batch;
        expect([corrected, late, deleted, bad], name).to.deep.equal([
          // A deletion puts the earlier version right as well.
          file.correctedRows + file.deletions,
          file.lateRows,
          file.deletions,
          0,
        ]);
        return corrected + late + deleted;
      }),
    );
    expect(found.reduce((sum, count) => sum + count, 0)).to.be.greaterThan(3);
  });
});
