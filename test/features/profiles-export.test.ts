import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import type { ProfileCheck } from "../../backend/features/profiles/domain/check-profile.ts";
import { readProfilePack } from "../../backend/features/profiles/domain/profile-pack.ts";
import { profilePackSchema } from "../../backend/features/profiles/profile-json-schema.ts";
import { type ProfilePack, profilePack } from "../../backend/features/profiles/profile-schemas.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { type CheckPack, forged, profileChecker } from "../support/profile-packs.ts";
import { confirmed } from "../support/proofs.ts";
import { refused } from "../support/refusal.ts";

type Figure = ProfilePack["profile"]["indicators"][number];

const failing = ({ lines }: ProfileCheck) => lines.filter(({ state }) => state === "fail").map(({ id }) => id);
const left = ({ lines }: ProfileCheck) => lines.filter(({ state }) => state === "skipped").map(({ id }) => id);
const wrong = ({ figures }: ProfileCheck) => figures.filter(({ state }) => state === "wrong").map(({ id }) => id);

/** Another value of the same kind. */
const other = (value: Figure["value"]): Figure["value"] =>
  typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : value === null ? 0 : `${value}1`;

describe("an exported credit profile", function () {
  this.timeout(180_000);
  let path: Path;
  let check: CheckPack;
  let own: ProfilePack;
  let copy: ProfilePack;
  let copyId: string;

  before(async () => {
    path = await playUntil("enrol");
    check = await profileChecker();
    const enterprise = (await path.party("enterprise")).api;
    own = await waitFor("the proofs of all records", async () => {
      const found = (await enterprise.transport.get("/profile/export", profilePack)) as ProfilePack;
      return found.records.every(({ proof }) => proof) ? found : undefined;
    });
    const { request } = await openNewRequest(path);
    const consent = await giveConsent(path, { terms: { dataFrom: "2025-01-01" } });
    const bank = (await path.party("firstBank")).api;
    copyId = (await bank.profileFor(request.id)).snapshot!.id;
    copy = (await confirmed(() => bank.transport.get(`/snapshots/${copyId}/export`, profilePack))) as ProfilePack;
    await revokeConsent(path, consent);
    await refused(bank.transport.get(`/snapshots/${copyId}/export`, profilePack), 403, "consent.required");
  });

  it("holds against the chain alone: every figure is worked out again of proved records", async () => {
    expect(own.profile.basis.records.length).to.be.above(20);
    const checked = await check(own);
    expect(failing(checked)).to.deep.equal([]);
    expect(left(checked)).to.deep.equal(["complete"]);
    expect(checked.verdict).to.equal("valid");
    const { proved, silent, unknown, ...rest } = checked.counts;
    expect(proved).to.be.above(15);
    expect(proved + silent + unknown).to.equal(own.profile.indicators.length);
    expect(Object.values(rest)).to.deep.equal([0, 0, 0, 0]);
    for (const { id, state } of checked.figures) {
      const { value, recordCount } = own.profile.indicators.find((figure) => figure.id === id)!;
      expect(state, id).to.equal(value === null ? "unknown" : recordCount === 0 ? "silent" : "proved");
    }
  });

  it("holds as a copy too, with the copy's own proof and the consent's period", async () => {
    expect(copy.profile.basis.scope).to.include({ dataFrom: "2025-01-01" });
    const checked = await check(copy);
    expect(failing(checked)).to.deep.equal([]);
    expect(checked.verdict).to.equal("valid");
    // The copy's anchor says that there was no other record.
    expect(left(checked)).to.deep.equal([]);
    const hidden = forged(copy, ({ profile, records }) => {
      const gone = profile.basis.records.pop()!;
      records.splice(
        records.findIndex(({ id }) => id === gone.id),
        1,
      );
    });
    expect(failing(await check(hidden))).to.include("snapshot.document");
    const asRecord = forged(copy, ({ records, snapshot }) => {
      const { document: _, file: __, ...proof } = records[0]!.proof!;
      Object.assign(snapshot!, proof);
    });
    expect(failing(await check(asRecord))).to.include.members(["snapshot.kind", "snapshot.document"]);
  });

  it("names the figure that was changed, whichever it is", async () => {
    for (const { id, value } of own.profile.indicators) {
      const changed = await check(
        forged(own, ({ profile }) => {
          const figure = profile.indicators.find((one) => one.id === id)!;
          figure.value = other(figure.value);
        }),
      );
      expect(wrong(changed), id).to.deep.equal([id]);
      expect(changed.verdict).to.equal("invalid");
      const { difference, name } = changed.figures.find((figure) => figure.id === id)!;
      expect(difference, id).to.deep.equal({
        at: "value",
        inFile: JSON.stringify(other(value)),
        recomputed: JSON.stringify(value),
      });
      const told = changed.lines.find((line) => line.id === "figures")!.detail!;
      expect(told).to.contain(name.en).and.contain(JSON.stringify(value));
    }
  });

  it("names it when unit, date, trend or records of a figure were changed, or a figure was added or left out", async () => {
    const changes: ((figure: Figure) => unknown)[] = [
      (figure) => Object.assign(figure, { unit: figure.unit === "text" ? "code" : "text" }),
      (figure) => Object.assign(figure, { asOf: "2020-01-01" }),
      (figure) => Object.assign(figure, { trend: { before: 1, beforeAsOf: "2020-01-01" } }),
      (figure) => Object.assign(figure, { recordIds: ["of-nobody"] }),
      (figure) => Object.assign(figure, { recordCount: 99 }),
      (figure) => Object.assign(figure, { surely: true }),
    ];
    const known = own.profile.indicators.filter(({ recordCount }) => recordCount > 0);
    await fc.assert(
      fc.asyncProperty(fc.nat(known.length - 1), fc.constantFrom(...changes), async (at, change) => {
        const { id } = known[at]!;
        const bad = forged(own, ({ profile }) => change(profile.indicators.find((figure) => figure.id === id)!));
        expect(wrong(await check(bad))).to.deep.equal([id]);
      }),
      { numRuns: 25 },
    );
    const added = forged(own, ({ profile }) =>
      profile.indicators.push({ ...profile.indicators[0]!, id: "tax.invented" }),
    );
    expect(wrong(await check(added))).to.deep.equal(["tax.invented"]);
    const twice = forged(own, ({ profile }) => profile.indicators.push({ ...profile.indicators[0]!, value: "other" }));
    expect(wrong(await check(twice))).to.deep.equal([own.profile.indicators[0]!.id]);
    const gone = own.profile.indicators[3]!.id;
    const less = forged(own, ({ profile }) => profile.indicators.splice(3, 1));
    expect(wrong(await check(less))).to.deep.equal([gone]);
  });

  it("names the record whose field was changed, and every figure of its catalog", async () => {
    type Document = { catalogId: string; fields: Record<string, unknown> };
    const places = own.records.flatMap(({ proof }, at) =>
      Object.keys((proof!.document as Document).fields).map((field) => ({ at, field })),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), async ({ at, field }) => {
        const { catalogId } = own.records[at]!.proof!.document as Document;
        const checked = await check(
          forged(own, ({ records }) => {
            const { fields } = records[at]!.proof!.document as Document;
            fields[field] = other(fields[field] as Figure["value"]);
          }),
        );
        expect(failing(checked)).to.include("record.document");
        const bad = checked.records.filter(({ state }) => state === "wrong").map(({ id }) => id);
        expect(bad).to.deep.equal([own.records[at]!.id]);
        const resting = checked.figures.filter((figure) => figure.catalogId === catalogId);
        expect(wrong(checked)).to.deep.equal(resting.map(({ id }) => id));
      }),
      { numRuns: 25 },
    );
  });

  it("doesn't pass when a proof is left out, a record waits, or two are exchanged", async () => {
    const first = own.profile.indicators.find(({ recordCount, recordIds }) => recordCount > 0 && recordIds[0])!;
    const recordId = first.recordIds[0]!;
    const entryOf = ({ records }: ProfilePack) => records.find(({ id }) => id === recordId)!;
    const stateOf = ({ figures }: ProfileCheck) => figures.find(({ id }) => id === first.id)!.state;

    const closed = await check(forged(own, (pack) => delete entryOf(pack).proof));
    expect([closed.verdict, stateOf(closed)]).to.deep.equal(["incomplete", "closed"]);
    expect(left(closed)).to.include("closed");

    const none = await check(forged(own, (pack) => pack.records.splice(pack.records.indexOf(entryOf(pack)), 1)));
    expect([none.verdict, stateOf(none)]).to.deep.equal(["invalid", "wrong"]);
    expect(none.records.find(({ state }) => state === "wrong")!.id).to.equal(recordId);

    const waits = forged(own, (pack) => {
      const entry = entryOf(pack);
      entry.document = entry.proof!.document;
      delete entry.proof;
    });
    const waiting = await check(waits);
    expect([waiting.verdict, stateOf(waiting), failing(waiting)]).to.deep.equal(["incomplete", "waiting", []]);
    expect((await check(waits, { allowWaiting: true })).verdict).to.equal("valid");
    const all = forged(own, ({ records }) => {
      for (const entry of records) Object.assign(entry, { document: entry.proof!.document, proof: undefined });
    });
    expect((await check(all, { allowWaiting: true })).verdict, "nothing is proved").to.equal("incomplete");

    await fc.assert(
      fc.asyncProperty(fc.nat(own.records.length - 1), fc.nat(own.records.length - 1), async (a, b) => {
        fc.pre(a !== b);
        const swapped = await check(
          forged(own, ({ records }) => {
            const [one, two] = [records[a]!.proof!, records[b]!.proof!];
            records[a]!.proof = two;
            records[b]!.proof = one;
          }),
        );
        const bad = swapped.records.filter(({ state }) => state === "wrong").map(({ id }) => id);
        expect(bad).to.have.members([own.records[a]!.id, own.records[b]!.id]);
        expect(failing(swapped)).to.include("record.source");
      }),
      { numRuns: 15 },
    );
    const twice = forged(own, ({ profile, records }) => {
      profile.basis.records.push({ ...profile.basis.records[0]!, id: "again" });
      records.push({ ...records[0]!, id: "again" });
    });
    expect(failing(await check(twice))).to.include("record.source");
    const stranger = await check(forged(own, ({ profile }) => Object.assign(profile.enterprise, { uscc: "another" })));
    expect(failing(stranger)).to.include("record.source");
  });

  it("shows a record whose batch isn't on the chain yet, as waiting", async () => {
    const { uscc, name } = await path.bodyOf("enterprise");
    const number = `W-${await path.runId()}`;
    const headings = "统一社会信用代码,企业名称,证照类型,证照编号,有效期起,有效期止,证照状态";
    const row = `${uscc},${name},高新技术企业证书,${number},2025-01-01,2028-01-01,有效`;
    const department = (await path.demo("department")).api;
    const file = Buffer.from(`${headings}\n${row}\n`);
    await storedBatch(department, (await department.upload("business-licences", `${number}.csv`, file)).id, 1);
    const enterprise = (await path.party("enterprise")).api;
    const pack = (await enterprise.transport.get("/profile/export", profilePack)) as ProfilePack;
    expect(pack.records).to.have.length(own.records.length + 1);
    // Unless the chain was faster: then it is proved.
    for (const { id, proof, document } of pack.records) expect(proof ?? document, id).to.not.equal(undefined);
    const waiting = pack.records.filter(({ proof }) => !proof).map(({ id }) => id);
    const checked = await check(pack, { allowWaiting: true });
    expect([checked.verdict, failing(checked)]).to.deep.equal(["valid", []]);
    expect(checked.records.filter(({ state }) => state === "waiting").map(({ id }) => id)).to.deep.equal(waiting);
  });

  it("tells what is wrong beside the figures, and what this checker can't compare", async () => {
    const telling: [string, (pack: ProfilePack) => unknown][] = [
      ["facts", ({ profile }) => Object.assign(profile.enterprise, { name: "another" })],
      ["facts", ({ profile }) => profile.events.splice(0, 1)],
      ["series", ({ profile }) => profile.series.find(({ points }) => points.length > 0)!.points.pop()],
      ["evidence", ({ profile }) => profile.evidence.pop()],
      ["record.path", ({ records }) => Object.assign(records[0]!.proof!.anchor, { path: [`0x${"5".repeat(64)}`] })],
      ["chain", ({ records }) => Object.assign(records[0]!.proof!, { genesisHash: `0x${"5".repeat(64)}` })],
      ["registry", ({ records }) => Object.assign(records[0]!.proof!.contracts, { anchors: `0x${"5".repeat(40)}` })],
    ];
    for (const [line, change] of telling) expect(failing(await check(forged(own, change))), line).to.include(line);
    const older = await check(forged(own, ({ profile }) => Object.assign(profile.basis, { rules: "others" })));
    expect([older.verdict, older.counts.unchecked > 0]).to.deep.equal(["incomplete", true]);
    expect(left(older)).to.include.members(["rules", "figures"]);
    const offline = await check(own, { offline: true });
    expect([offline.verdict, offline.counts.proved]).to.deep.equal(["incomplete", 0]);
    expect(readProfilePack({ ...own, format: "rongqiao-profile/1" })).to.deep.equal({
      fault: "unknownVersion",
      at: "rongqiao-profile/1",
    });
    expect(readProfilePack({ ...own, surely: true })).to.deep.include({ fault: "broken" });
  });

  it("has the form that is published", () => {
    const file = new URL("../../docs/profile-pack.schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8")), "npm run proof-schema").to.deep.equal(
      JSON.parse(JSON.stringify(profilePackSchema())),
    );
  });
});
