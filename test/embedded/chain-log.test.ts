import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type BlockRecord, DamagedLogError, LOG_START, openBlockLog } from "../../backend/embedded/chain/block-log.ts";

const record = (n: number): BlockRecord => ({
  timestamp: 1_700_000_000 + n,
  parentHash: `0x${n.toString(16).padStart(64, "0")}`,
  rawTransactions: Array.from(
    { length: n % 4 },
    (_, i) => `0x02${"ab".repeat(10 + i)}${(n % 256).toString(16).padStart(2, "0")}`,
  ),
});
const RECORDS = Array.from({ length: 9 }, (_, n) => record(n));

describe("the embedded chain's block log", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "block-log-"));
    path = join(folder, "blocks.log");
    const log = openBlockLog(path);
    for (const one of RECORDS) await log.append(one);
    log.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const reopened = (): BlockRecord[] => {
    const log = openBlockLog(path);
    const records = [...log.read(LOG_START)].map((entry) => entry.record);
    log.close();
    return records;
  };

  it("gives back what was appended", () => {
    expect(reopened()).to.deep.equal(RECORDS);
  });

  it("cuts a last record off wherever it was torn, and goes on after it", async () => {
    const whole = readFileSync(path);
    const log = openBlockLog(path);
    const lastStart = [...log.read(LOG_START)].at(-2)?.endOffset ?? 0;
    log.close();
    for (let size = lastStart; size < whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      expect(reopened(), `torn at ${size}`).to.deep.equal(RECORDS.slice(0, -1));
      expect(statSync(path).size).to.equal(lastStart);
    }
    const again = openBlockLog(path);
    await again.append(record(20));
    again.close();
    expect(reopened()).to.deep.equal([...RECORDS.slice(0, -1), record(20)]);
  });

  it("cuts off zeros that a file system left behind a power cut", () => {
    appendFileSync(path, Buffer.alloc(100_000));
    expect(reopened()).to.deep.equal(RECORDS);
    expect(statSync(path).size).to.be.below(100_000);
  });

  it("never cuts off a whole record behind a damaged one", () => {
    const whole = readFileSync(path);
    const log = openBlockLog(path);
    const lastStart = [...log.read(LOG_START)].at(-2)?.endOffset ?? 0;
    log.close();
    for (let at = LOG_START; at < lastStart; at += 7) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
      writeFileSync(path, bytes);
      expect(() => openBlockLog(path), `flipped at ${at}`).to.throw(DamagedLogError);
      expect(statSync(path).size).to.equal(whole.length);
    }
  });

  it("refuses another kind of file, and takes an empty one", () => {
    writeFileSync(path, "something else entirely");
    expect(() => openBlockLog(path)).to.throw(DamagedLogError);
    truncateSync(path, 3);
    expect(reopened()).to.deep.equal([]);
  });
});
