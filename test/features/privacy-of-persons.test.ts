import { inflateRawSync } from "node:zlib";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import type { ResourceView } from "../../backend/features/data-sources/resource-schemas.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { anchoredBatch } from "../support/batches.ts";
import { activate, addEd25519, callerOf, register, send } from "../support/data-sources.ts";
import { Department } from "../support/department.ts";
import { startToldServer, type ToldServer } from "../support/told-server.ts";
import { check, oneClick } from "../support/verification.ts";

/** Each person once: by the day of birth alone it is told where a number was found. */
const PEOPLE = [
  "alone in its column",
  "in another text column",
  "within a name",
  "of a row with another fault",
  "in the column of another number",
  "in a row too short",
  "in a column that nobody reads",
  "in full width with gaps",
  "with a slip in it",
  "at the end of a long text that is cut",
  "in a catalog without persons",
  "as a licence's number",
  "in the column of a code",
  "as the heading of a file without headings",
  "in a line that is no object",
  "in the file's name",
  "in a pushed text",
  "in a delivery that is never finished",
  "in a body that can't be read",
  "mended and replayed",
  "asked about",
] as const;
type Where = (typeof PEOPLE)[number];

const birthOf = (at: number): string => `19${41 + at}-0${1 + (at % 9)}-1${at % 10}`;
const numbers = Object.fromEntries(
  PEOPLE.map((where, at) => [where, makePersonId(["530402", "530421", "532401"][at % 3]!, birthOf(at), 101 + 7 * at)]),
) as Record<Where, string>;
const wide = (text: string): string =>
  text.replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const gapped = (number: string): string => `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`;
const slip = (number: string): string => number.slice(0, 17) + (number.endsWith("7") ? "8" : "7");
const PHONES = ["13987712345", "15808770917"];

describe("numbers of natural persons that departments send", function () {
  this.timeout(300_000);
  let server: ToldServer;
  let path: Path;
  let market: Department;
  let enterprise: Api;
  let uscc: string;

  const rows = (lines: readonly (readonly string[])[]): string => lines.map((cells) => cells.join(",")).join("\n");
  const SHAREHOLDERS =
    "统一社会信用代码,股东序号,股东名称,股东类型,证件号码,法人股东代码,认缴出资额,持股比例,备注".split(",");
  const LICENCES = "统一社会信用代码,证照类型,证照编号,发证机关,有效期起,证照状态".split(",");

  before(async () => {
    server = await startToldServer();
    path = await playUntil("profile", await newPath(server.url));
    enterprise = (await path.party("enterprise")).api;
    ({ uscc } = await path.bodyOf("enterprise"));
    market = await Department.signIn("dept-market-regulation", server.url);
    const owner = (no: string, name: string, id: string, code = "", percent = "10", note = "") => [
      uscc,
      no,
      name,
      "自然人",
      id,
      code,
      "100",
      percent,
      note,
    ];
    const long = `持证人情况${"说明".repeat(45)}证件`;

    const good = await market.send(
      "shareholders",
      `good-${numbers["in the file's name"]}.csv`,
      rows([
        SHAREHOLDERS,
        owner("101", "普某", numbers["alone in its column"].toLowerCase()),
        owner("102", "段某", "", numbers["in another text column"]),
        owner("103", `施某（身份证${numbers["within a name"]}，电话${PHONES[0]}）`, ""),
        owner("104", `李某${wide(gapped(numbers["in full width with gaps"]))}`, ""),
      ]),
    );
    expect([good.stored, good.quarantined]).to.deep.equal([4, 0]);
    const bad = await market.send(
      "shareholders",
      "bad.csv",
      rows([
        SHAREHOLDERS,
        owner("105", "普某", numbers["of a row with another fault"], "", "百分之十"),
        owner(numbers["in the column of another number"], "段某", PHONES[1]!),
        [uscc, "107", numbers["in a row too short"]],
        owner("108", "施某", "", "", "110", `电话 +86 ${PHONES[0]} 证件${numbers["in a column that nobody reads"]}`),
        owner("109", "李某", slip(numbers["with a slip in it"])),
        owner("110", `李某${slip(numbers["with a slip in it"])}`, "", "", "110"),
        owner("111", "白某", numbers["mended and replayed"], "", "110"),
        owner("112", `${"某".repeat(90)}${numbers["at the end of a long text that is cut"]}${"等".repeat(200)}`, ""),
      ]),
    );
    expect([bad.stored, bad.quarantined]).to.deep.equal([0, 8]);
    const licences = await market.send(
      "business-licences",
      "licences.csv",
      rows([
        LICENCES,
        [uscc, "食品经营许可证", "XK-1", `${long}${numbers["in a catalog without persons"]}`, "2025-01-02", "有效"],
        [uscc, "食品经营许可证", numbers["as a licence's number"], `联系 ${PHONES[1]}`, "2025-01-02", "有效"],
        [uscc, "食品经营许可证", "XK-3", `${long}${numbers["in a catalog without persons"]}`, "2025-02-30", "有效"],
        [uscc, "食品经营许可证", "XK-4", "某局", "2025-01-02", numbers["in the column of a code"]],
      ]),
    );
    expect([licences.stored, licences.quarantined]).to.deep.equal([2, 2]);
    const headless = await market.send(
      "shareholders",
      "headless.csv",
      rows([
        owner("113", "普某", numbers["as the heading of a file without headings"]),
        owner("114", "普某", numbers["as the heading of a file without headings"]),
      ]),
    );
    expect(headless.state).to.equal("rejected");
    const lines = await market.send(
      "shareholders",
      "lines.ndjson",
      [
        JSON.stringify(Object.fromEntries(SHAREHOLDERS.map((heading, i) => [heading, owner("115", "普某", "")[i]]))),
        `{"股东名称": "普某 ${numbers["in a line that is no object"]}`,
      ].join("\n"),
    );
    expect(lines.quarantined).to.equal(1);

    const open = await market.quarantine(bad.id);
    const mended = open.items.find(({ row }) => row === 8)!;
    const cells = mended.cells.map((cell) => (cell === "110" ? "10" : cell));
    const replay = await market.replay(bad.id, mended.number, cells);
    expect(replay.status, JSON.stringify(replay.body)).to.equal(202);
    expect((await market.finished(replay.body.id)).stored).to.equal(1);
    await market.ask("GET", `/batches/${bad.id}/quarantine.csv`);

    const caller = callerOf(server.url, market.token);
    const resource: ResourceView = await register(caller);
    const machine = await addEd25519(caller, resource.id);
    await activate(caller, resource.id);
    const push = (query: string, body: string) =>
      send<{ code?: string }>(server.url, machine, { path: `/data-resources/${resource.id}/pages?${query}`, body });
    const row = (no: string, since = "2025-03-05") => ({
      code: uscc,
      type: "食品经营许可证",
      no,
      since,
      state: "有效",
    });
    const text = `备案 ${numbers["in a pushed text"]}`;
    await push("run=whole", JSON.stringify([row(text), row(`${text} 二`, "2025-02-30")]));
    const unfinished = row(`备案 ${numbers["in a delivery that is never finished"]}`);
    await push("run=half&page=1&last=false", JSON.stringify([unfinished]));
    const broken = await push("run=broken", `[{"no": "${numbers["in a body that can't be read"]}" oops]`);
    expect(broken.status).to.equal(422);
    await waitForPush(market, resource.id);
    for (const { id } of [good, licences, replay.body]) await anchoredBatch(enterprise.as(market.token), id);
  });
  after(() => server?.stop());

  async function waitForPush(by: Department, resourceId: string): Promise<void> {
    for (;;) {
      const { items } = await by.get<{ items: { state: string; batchIds: string[] }[] }>(
        `/data-resources/${resourceId}/runs`,
      );
      const [id] = items.flatMap(({ batchIds }) => batchIds);
      if (id) {
        expect(await by.finished(id)).to.deep.include({ stored: 1, quarantined: 1 });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Everything by which a number could be known again. */
  function traces(): { where: string; text: string }[] {
    const found = PEOPLE.flatMap((where) => {
      const number = where === "with a slip in it" ? slip(numbers[where]) : numbers[where];
      return [
        number,
        number.toLowerCase(),
        number.slice(0, 14),
        number.slice(6, 17),
        wide(number),
        gapped(number),
        wide(gapped(number)),
      ].map((text) => ({ where, text }));
    });
    const phones = PHONES.flatMap((phone) => [phone, `${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`]);
    return [...found, ...phones.map((text) => ({ where: "telephone", text }))];
  }
  const expectNone = (bytes: Buffer, place: string): void => {
    for (const { where, text } of traces()) {
      const at = bytes.indexOf(text);
      const around = at < 0 ? "" : bytes.subarray(Math.max(0, at - 80), at + 60).toString("utf8");
      expect(at, `${place}: ${where} (${text}) in …${around}…`).to.equal(-1);
    }
  };

  it("are good for what they are for: the profile is read, exported, verified and asked", async () => {
    const profile = await enterprise.profile();
    expect(profile.related?.length).to.equal(2);
    const exported = await enterprise.transport.raw("GET", "/profile/export");
    expect(exported.status).to.equal(200);
    expectNone(Buffer.from(exported.text), "the export");
    const person = { personName: "普某", personNumber: numbers["asked about"] };
    const court = new Api(server.url).as((await Department.signIn("dept-court", server.url)).token);
    const legalBasis = { code: "civilEnforcement", caseNo: "（2026）云0402执1号", officer: "王法官" };
    const answer = await check(court, { kind: "legalRepresentative", uscc, params: person, legalBasis }, "asked-once");
    expect(answer.content?.answer).to.be.oneOf(["yes", "no", "unknown"]);
    const query = await oneClick(court, { uscc, legalBasis });
    expectNone(Buffer.from(JSON.stringify([profile, answer, query])), "what is shown");
    // The same person is the same person, in whatever column and case the number came.
    const [record] = await market.records("shareholders", { uscc, key: `${uscc}|101` });
    expect(JSON.stringify(record)).to.match(/[0-9a-f]{64}/);
  });

  it("are kept apart by their marks, and each meets itself again", async () => {
    const texts = (await market.records("business-licences", { uscc })).map((one) => JSON.stringify(one));
    const marks = texts.flatMap((text) => text.match(/#[0-9a-f]{16}/g) ?? []);
    expect(new Set(marks).size).to.be.at.least(3);
  });

  it("are in no document of any collection", async () => {
    const connection = await connectMongo(server.mongodbUri);
    try {
      const collections = await connection.db!.listCollections().toArray();
      expect(collections.map(({ name }) => name)).to.include.members([
        "records",
        "quarantine",
        "sourcePages",
        "profiles",
      ]);
      let scanned = 0;
      for (const { name } of collections) {
        for await (const document of connection.db!.collection(name).find({})) {
          scanned += 1;
          const packed: Buffer[] = [];
          const text = JSON.stringify(document, (_, value: unknown) => {
            const bytes = (value as { _bsontype?: string; buffer?: Uint8Array } | null)?._bsontype === "Binary";
            if (bytes) packed.push(Buffer.from((value as { buffer: Uint8Array }).buffer));
            return value;
          });
          expectNone(Buffer.from(text), `${name} ${String(document._id)}`);
          for (const { where, birth } of PEOPLE.map((where, at) => ({ where, birth: birthOf(at).replaceAll("-", "") })))
            expect(new RegExp(`(?<![0-9a-f])${birth}(?![0-9a-f])`).test(text), `${name}: birthday, ${where}`).to.equal(
              false,
            );
          for (const bytes of packed) {
            expectNone(bytes, `${name} ${String(document._id)}, as bytes`);
            if (name === "profiles") expectNone(inflateRawSync(bytes), `${name}, unpacked`);
          }
        }
      }
      expect(scanned).to.be.above(1_000);
      // An unfinished delivery is there, and not to be read.
      const pages = await connection.db!.collection("sourcePages").find({ run: "half" }).toArray();
      expect(pages[0]?.content).to.not.equal(undefined);
    } finally {
      await connection.close();
    }
  });

  it("are in no file of the data directory: store, log of the store, received files, chain", () => {
    const files = server.files();
    expect(files.length).to.be.above(4);
    // Something that has to be there is found, so that nothing found means something.
    expect(files.some(({ bytes }) => bytes.includes(uscc))).to.equal(true);
    for (const { path: file, bytes } of files) expectNone(bytes, file);
  });

  it("are not logged, however much is", () => {
    const output = server.output();
    expect(output.includes("/batches"), "requests are logged at this level").to.equal(true);
    expectNone(output, "the log");
  });

  it("are neither in calldata nor in events on the chain", async () => {
    const provider = new JsonRpcProvider(server.chainRpcUrl);
    try {
      const last = await provider.getBlockNumber();
      let transactions = 0;
      for (let number = 0; number <= last; number++) {
        const block = (await provider.getBlock(number, true))!;
        for (const { data } of block.prefetchedTransactions) {
          transactions += 1;
          expectNone(Buffer.from(data.slice(2), "hex"), `block ${number}`);
        }
      }
      expect(transactions).to.be.above(3);
      for (const { data, topics } of await provider.getLogs({ fromBlock: 0, toBlock: "latest" }))
        expectNone(Buffer.from([data, ...topics].map((hex) => hex.slice(2)).join(""), "hex"), "an event");
    } finally {
      provider.destroy();
    }
  });
});
