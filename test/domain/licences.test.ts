import { expect } from "chai";
import { hexlify, randomBytes, recoverAddress, Wallet } from "ethers";
import fc from "fast-check";
import jsQR from "jsqr";
import { create } from "qrcode";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  codeDigest,
  codeLink,
  codeText,
  codeTypedData,
  type EnterpriseCode,
  faultOfCode,
  MOST_ITEMS,
  MOST_LIFETIME_SECONDS,
  readCode,
} from "../../backend/features/licences/domain/enterprise-code.ts";
import { chinaDay, licenceOf, statusOf } from "../../backend/features/licences/domain/licence.ts";
import {
  faultOfValidity,
  materialKind,
  materialState,
  mediaTypeOf,
  offerOf,
} from "../../backend/features/licences/domain/material-kinds.ts";
import { recoverSigner } from "../../backend/lib/signatures.ts";
import { anyUscc } from "./uscc-arbitrary.ts";

const REGISTRY = "0x00000000000000000000000000000000000000aa";
const CHAIN = 31_337;

const code: fc.Arbitrary<EnterpriseCode> = fc
  .record({
    codeId: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(hexlify),
    uscc: anyUscc,
    items: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{2,28}$/), { minLength: 1, maxLength: MOST_ITEMS }),
    audience: fc.oneof(fc.constant(""), fc.uuid()),
    views: fc.integer({ min: 1, max: 50 }),
    issuedAt: fc.integer({ min: 1_700_000_000, max: 2_100_000_000 }),
    expiresAt: fc.integer({ min: 1, max: MOST_LIFETIME_SECONDS }),
  })
  .map((made) => ({ ...made, expiresAt: made.issuedAt + made.expiresAt }));
const signature = fc.uint8Array({ minLength: 65, maxLength: 65 }).map(hexlify);

/** As a camera sees it: black and white squares of a few pixels. */
function scan(text: string, pixels: number): string | undefined {
  const { modules } = create(text, { errorCorrectionLevel: "L" });
  const quiet = 4;
  const size = (modules.size + 2 * quiet) * pixels;
  const image = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < modules.size * pixels; y++)
    for (let x = 0; x < modules.size * pixels; x++) {
      if (!modules.get(Math.floor(y / pixels), Math.floor(x / pixels))) continue;
      image.fill(
        0,
        ((y + quiet * pixels) * size + x + quiet * pixels) * 4,
        ((y + quiet * pixels) * size + x + quiet * pixels) * 4 + 3,
      );
    }
  // Its types speak of an ES module; what Node imports is the function itself.
  return (jsQR as unknown as typeof jsQR.default)(image, size, size)?.data;
}

describe("the text of an enterprise code", () => {
  it("is read as it was written, alone or in a link", () => {
    fc.assert(
      fc.property(code, signature, (made, signed) => {
        const text = codeText(made, signed);
        expect(readCode(text)).to.deep.equal({ code: made, signature: signed });
        expect(readCode(codeLink("https://credit.example.cn:8443", text))).to.deep.equal({
          code: made,
          signature: signed,
        });
        expect(text).to.match(/^[A-Za-z0-9~,*_-]+$/);
      }),
    );
  });

  it("is refused when it is anything else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readCode(text)).to.equal(undefined);
      }),
    );
    fc.assert(
      fc.property(code, signature, fc.nat(), (made, signed, at) => {
        const text = codeText(made, signed);
        expect(readCode(text.slice(0, at % text.length))?.signature).not.to.equal(signed);
      }),
    );
  });

  it("fits a QR code that is still read, with all that a code may hold", function () {
    this.timeout(60_000);
    const largest: EnterpriseCode = {
      codeId: hexlify(randomBytes(16)),
      uscc: "91530402MA6KE001XX".slice(0, 18),
      items: Array.from({ length: MOST_ITEMS }, (_, i) => `construction-qualifications-${i}`.slice(0, 28)),
      audience: "0193a5c2-7f6b-7c2a-9d4e-3f2a1b0c9d8e",
      views: 50,
      issuedAt: 2_000_000_000,
      expiresAt: 2_000_000_600,
    };
    const link = codeLink("https://xinyong.yuxi.example.gov.cn", codeText(largest, hexlify(randomBytes(65))));
    expect(create(link, { errorCorrectionLevel: "L" }).version).to.be.at.most(22);
    expect(scan(link, 3)).to.equal(link);
    const usual = codeLink(
      "https://xinyong.yuxi.example.gov.cn",
      codeText({ ...largest, items: ["*"], audience: "" }, hexlify(randomBytes(65))),
    );
    expect(create(usual, { errorCorrectionLevel: "L" }).version).to.be.at.most(10);
    expect(scan(usual, 3)).to.equal(usual);
  });
});

describe("what an enterprise code allows", () => {
  it("is what its key has signed, to the last sign", async () => {
    const key = Wallet.createRandom();
    const [made] = fc.sample(code, 1);
    const signed = await key.signTypedData(...codeTypedData(CHAIN, REGISTRY, made!));
    const digest = codeDigest(CHAIN, REGISTRY, made!);
    expect(recoverSigner(digest, signed)).to.equal(key.address);
    expect(recoverAddress(digest, signed)).to.equal(key.address);
    const changes: Partial<EnterpriseCode>[] = [
      { uscc: `${made!.uscc.slice(0, 17)}${made!.uscc.endsWith("0") ? "1" : "0"}` },
      { items: [...made!.items, "more"] },
      { audience: `${made!.audience}1` },
      { views: made!.views + 1 },
      { issuedAt: made!.issuedAt + 1 },
      { expiresAt: made!.expiresAt + 1 },
      { codeId: hexlify(randomBytes(16)) },
    ];
    for (const change of changes)
      expect(recoverSigner(codeDigest(CHAIN, REGISTRY, { ...made!, ...change }), signed)).not.to.equal(key.address);
    expect(recoverSigner(codeDigest(CHAIN + 1, REGISTRY, made!), signed)).not.to.equal(key.address);
  });

  it("ends with its time, and is for its reader alone", () => {
    fc.assert(
      fc.property(code, fc.integer({ min: -4_000, max: 4_000 }), (made, offset) => {
        const now = new Date((made.issuedAt + offset) * 1000);
        const reader = made.audience || undefined;
        const expected = offset < -60 ? "early" : offset >= made.expiresAt - made.issuedAt ? "expired" : undefined;
        expect(faultOfCode(made, reader, now)).to.equal(expected);
        if (!expected && made.audience) {
          expect(faultOfCode(made, undefined, now)).to.equal("audience");
          expect(faultOfCode(made, "another", now)).to.equal("audience");
        }
        const tooLong = { ...made, expiresAt: made.issuedAt + MOST_LIFETIME_SECONDS + 1 };
        expect(faultOfCode(tooLong, reader, now)).to.equal("terms");
        expect(faultOfCode({ ...made, views: 51 }, reader, now)).to.equal("terms");
      }),
    );
  });
});

describe("a licence", () => {
  const catalog = standardCatalog("business-licences");
  const record = (fields: Record<string, unknown>) => ({
    _id: "r",
    catalogId: catalog.id,
    uscc: "u",
    fields: { kind: "food-business", licenceNo: "JY153", validFrom: "2022-01-01", status: "valid", ...fields },
  });

  it("is a record of a catalog that is marked", () => {
    expect(licenceOf(record({ validTo: "2027-01-01", issuer: "玉溪市监局" }), catalog, "2026-11-23")).to.deep.equal({
      id: "r",
      kind: "business-licences",
      kindName: catalog.name,
      title: { zh: "食品经营许可证", en: "food business" },
      number: "JY153",
      issuer: "玉溪市监局",
      issuedOn: "2022-01-01",
      validUntil: "2027-01-01",
      status: "valid",
    });
    expect(
      licenceOf({ ...record({}), catalogId: "social-security" }, standardCatalog("social-security"), "2026-01-01"),
    ).to.equal(undefined);
  });

  it("expires on the day after its last, whatever the department's file still says", () => {
    expect(statusOf("valid", "valid", "2026-11-23", "2026-11-23")).to.equal("valid");
    expect(statusOf("valid", "valid", "2026-11-22", "2026-11-23")).to.equal("expired");
    expect(statusOf(undefined, undefined, undefined, "2026-11-23")).to.equal("valid");
    expect(chinaDay(new Date("2026-11-22T16:00:00Z"))).to.equal("2026-11-23");
  });

  it("isn't in force when the department says so, whatever its dates", () => {
    expect(statusOf("suspended", "valid", "2099-01-01", "2026-11-23")).to.equal("suspended");
    expect(statusOf("cancelled", "valid", "2020-01-01", "2026-11-23")).to.equal("revoked");
    expect(statusOf("a-new-word", "valid", undefined, "2026-11-23")).to.equal("revoked");
  });

  it("has a status in every catalog that is marked", async () => {
    const { STANDARD_CATALOGS } = await import("../../backend/features/data-exchange/domain/standard-catalogs.ts");
    const marked = STANDARD_CATALOGS.filter(({ licence }) => licence);
    expect(marked.length).to.be.at.least(15);
    for (const { id, licence, fields } of marked) {
      const names = new Set(fields.map(({ name }) => name));
      const used = [
        licence!.numberField,
        licence!.nameField,
        licence!.issuedField,
        licence!.validUntilField,
        licence!.statusField,
      ];
      for (const name of used) if (name) expect(names.has(name), `${id}.${name}`).to.equal(true);
      if (licence!.statusField)
        expect(Object.values(fields.find(({ name }) => name === licence!.statusField)!.codes ?? {}), id).to.include(
          licence!.validStatus,
        );
    }
  });
});

describe("a material", () => {
  const day = (offset: number) => new Date(Date.UTC(2026, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10);
  const dates = fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 0, max: 500 }));

  it("is offered while it is valid, the longest lasting one first", () => {
    const one = fc.record({
      kind: fc.constantFrom("lease", "articles"),
      span: dates,
      withdrawn: fc.boolean(),
      _id: fc.uuid(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ _id }) => _id, maxLength: 12 }), (made) => {
        const materials = made.map(({ kind, span: [from, length], withdrawn, _id }) => ({
          _id,
          kind,
          validFrom: day(from),
          validUntil: day(from + length),
          ...(withdrawn ? { withdrawnAt: new Date() } : {}),
        }));
        const today = day(0);
        const valid = materials.filter(
          ({ kind, validFrom, validUntil, withdrawnAt }) =>
            kind === "lease" && !withdrawnAt && validFrom <= today && today <= validUntil,
        );
        const offer = offerOf(materials, "lease", today);
        expect(offer === undefined).to.equal(valid.length === 0);
        for (const other of valid) expect(offer!.validUntil >= other.validUntil).to.equal(true);
        if (offer) expect(materialState(offer, today)).to.equal("valid");
      }),
    );
  });

  it("is taken for no longer than its kind lasts, and not when it is over", () => {
    const lease = materialKind("bank-statements")!;
    const today = day(0);
    expect(faultOfValidity({ validFrom: day(-10), validUntil: day(100) }, lease, today)).to.equal(undefined);
    expect(faultOfValidity({ validFrom: day(-10), validUntil: day(300) }, lease, today)?.fix).to.contain("190");
    expect(faultOfValidity({ validFrom: day(-10), validUntil: day(-1) }, lease, today)?.field).to.equal("validUntil");
    expect(faultOfValidity({ validFrom: day(1), validUntil: day(0) }, lease, today)?.field).to.equal("validUntil");
  });

  it("is a file whose bytes are what its name says", () => {
    const pdf = Buffer.from("%PDF-1.7\n");
    expect(mediaTypeOf("报表.PDF", pdf)).to.equal("application/pdf");
    expect(mediaTypeOf("报表.png", pdf)).to.equal(undefined);
    expect(mediaTypeOf("报表.html", Buffer.from("<html>"))).to.equal(undefined);
    expect(mediaTypeOf("报表", pdf)).to.equal(undefined);
  });
});
