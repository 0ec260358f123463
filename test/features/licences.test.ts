import { expect } from "chai";
import { hexlify, randomBytes, Wallet } from "ethers";
import { z } from "zod";
import { accessLog } from "../../backend/features/consents/consent-schemas.ts";
import {
  codeText,
  codeTypedData,
  type EnterpriseCode,
} from "../../backend/features/licences/domain/enterprise-code.ts";
import {
  chainAnswer,
  codeContent,
  codeItemList,
  codeUseList,
  departmentLicences,
  licenceKindList,
  licenceList,
} from "../../backend/features/licences/licence-schemas.ts";
import { checkProof } from "../../backend/lib/proof/check.ts";
import { trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { Api } from "../../scripts/client/api.ts";
import type { Keyring } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { anchoredBatch } from "../support/batches.ts";
import { refused } from "../support/refusal.ts";

const KIND = "business-licences";
const HEADINGS = "统一社会信用代码,证照类型,证照编号,发证机关,有效期起,有效期止,证照状态";

describe("licences and the enterprise code", function () {
  this.timeout(180_000);
  let path: Path;
  let enterprise: Api;
  let department: Api;
  let bank: Api;
  let anyone: Api;
  let keys: Keyring;
  let uscc: string;
  let bankId: string;

  const demo = async (username: string) => path.api.as((await path.api.login(username, "rongqiao-demo")).token);

  before(async () => {
    path = await playUntil("enrol");
    ({ api: enterprise, keys } = await path.party("enterprise"));
    ({ uscc } = await path.bodyOf("enterprise"));
    department = (await path.demo("department")).api;
    bank = await demo("bank-1");
    bankId = (await bank.me()).participant.id;
    anyone = new Api(path.api.transport.url);
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const rows = [
      `${uscc},食品经营许可证,L-VALID,玉溪市市监局,${day(-300)},${day(300)},有效`,
      `${uscc},取水许可证,L-OVER,玉溪市水利局,${day(-900)},${day(-2)},有效`,
      `${uscc},采矿许可证,L-HALTED,玉溪市自规局,${day(-300)},长期,暂扣`,
      `${uscc},排污许可证,L-GONE,玉溪市环保局,${day(-300)},${day(300)},吊销`,
    ];
    const { id } = await department.upload(KIND, "licences.csv", Buffer.from([HEADINGS, ...rows].join("\n")));
    await anchoredBatch(department, id);
  });

  const list = () => enterprise.transport.get("/licences", licenceList);
  const look = (by: Api, code: string) => by.transport.post("/enterprise-codes/looks", { code }, codeContent);

  async function made(wish: Partial<EnterpriseCode> = {}, key: Wallet | Keyring["main"] = keys.main): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const code: EnterpriseCode = {
      codeId: hexlify(randomBytes(16)),
      uscc,
      items: [KIND],
      audience: "",
      views: 1,
      issuedAt: now,
      expiresAt: now + 120,
      ...wish,
    };
    const { chainId, contracts } = path.meta;
    return codeText(code, await key.signTypedData(...codeTypedData(chainId, contracts.participants!, code)));
  }

  it("are gathered for the enterprise, with their status of today and the department's record", async () => {
    const own = (await list()).items.filter(({ number }) => number.startsWith("L-"));
    expect(Object.fromEntries(own.map(({ number, status }) => [number, status]))).to.deep.equal({
      "L-VALID": "valid",
      "L-OVER": "expired",
      "L-HALTED": "suspended",
      "L-GONE": "revoked",
    });
    const valid = own.find(({ number }) => number === "L-VALID")!;
    expect(valid.title?.zh).to.equal("食品经营许可证");
    const record = await enterprise.record(valid.id);
    expect(record.fields.find(({ name }) => name === "licenceNo")?.value).to.equal("L-VALID");
    expect(
      (await list()).items.some(({ kind, number }) => kind === "business-registration" && number === uscc),
    ).to.equal(true);
  });

  it("are shown to the department that issues them, and to no other", async () => {
    const { items } = await department.transport.get("/licence-kinds", licenceKindList);
    expect(items.find(({ kind }) => kind === KIND)?.records).to.be.above(0);
    const ask = (by: Api, text: string) =>
      by.transport.get(`/department-licences?enterprise=${encodeURIComponent(text)}`, departmentLicences);
    const found = await ask(department, uscc.toLowerCase());
    expect(found.items.map(({ number }) => number)).to.include("L-VALID");
    expect((await ask(department, found.enterprise!.name!)).enterprise?.uscc).to.equal(uscc);
    expect((await ask(department, "没有这样的企业有限公司")).enterprise).to.equal(undefined);
    expect((await ask(await demo("dept-taxation"), uscc)).items.map(({ kind }) => kind)).not.to.include(KIND);
    await refused(ask(bank, uscc), 403);
  });

  it("are shown to whoever scans the code, each with a proof that holds against the chain", async () => {
    const seen = await look(anyone, `https://example.cn/code#${await made()}`);
    expect(seen.enterprise.uscc).to.equal(uscc);
    expect(seen.viewsLeft).to.equal(0);
    expect(seen.items.map(({ id }) => id)).to.deep.equal([KIND]);
    const shown = seen.items[0]!.records;
    expect(shown.find(({ licence }) => licence?.number === "L-VALID")?.licence?.status).to.equal("valid");
    expect(shown.find(({ licence }) => licence?.number === "L-GONE")?.licence?.status).to.equal("revoked");
    const { chainId, contracts } = path.meta;
    const trust = trustInDeployments({ chainId, contracts }, chainId);
    const chain = async (method: string, params: unknown[]) => {
      const answer = await anyone.transport.post(
        `/enterprise-codes/${seen.codeId}/chain`,
        { method, params },
        chainAnswer,
      );
      expect(answer.error).to.equal(undefined);
      return answer.result;
    };
    const proof = shown.find(({ licence }) => licence?.number === "L-VALID")!.proof!;
    expect((await checkProof(proof, { chain, trust })).verdict).to.equal("valid");
    const changed = { ...proof, document: { ...(proof.document as object), uscc: "91530402MA6KE0010X" } };
    expect((await checkProof(changed, { chain, trust })).verdict).to.equal("invalid");

    const entry = await waitFor("the look in the access log", async () =>
      (await enterprise.transport.get("/access-log", accessLog)).items.find(({ what }) => what === "code"),
    );
    expect(entry).to.deep.include({ purpose: "enterpriseCode", allowed: true });
    expect(entry.reader.id).to.equal("public");
    const uses = await enterprise.transport.get("/enterprise-codes", codeUseList);
    const use = uses.items.find(({ codeId }) => codeId === seen.codeId)!;
    expect(use.views).to.equal(1);
    expect(use.looks.map(({ allowed }) => allowed)).to.deep.equal([true]);
  });

  it("is refused when it was used, is over, was changed, or is for another", async () => {
    const once = await made();
    await look(anyone, once);
    await refused(look(anyone, once), 409, "code.used");
    const now = Math.floor(Date.now() / 1000);
    const over = await made({ issuedAt: now - 300, expiresAt: now - 180 });
    await refused(look(anyone, over), 410, "code.expired");
    await refused(look(anyone, await made({ expiresAt: now + 7_200 })), 422, "code.terms");
    await refused(look(anyone, await made({ issuedAt: now + 300, expiresAt: now + 400 })), 409, "code.early");
    const wider = (await made()).replace(KIND, `${KIND},tax-credit-grades`);
    await refused(look(anyone, wider), 422, "code.forged");
    await refused(look(anyone, await made({}, new Wallet(hexlify(randomBytes(32))))), 422, "code.forged");
    await refused(look(anyone, "https://example.cn/code#nothing"), 422, "code.unreadable");
    const named = await made({ audience: bankId });
    await refused(look(anyone, named), 403, "code.audience");
    expect((await look(bank, named)).items[0]!.id).to.equal(KIND);
    const uses = await enterprise.transport.get("/enterprise-codes", codeUseList);
    const looks = uses.items.flatMap((use) => use.looks);
    for (const reason of ["used", "expired", "early", "audience"] as const)
      expect(
        looks.some((one) => !one.allowed && one.reason === reason),
        reason,
      ).to.equal(true);
  });

  it("counts looks that come at the same time", async () => {
    const thrice = await made({ views: 3 });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => look(anyone, thrice)));
    expect(answers.filter(({ status }) => status === "fulfilled")).to.have.length(3);
  });

  it("shows facts and missing kinds only when they were chosen", async () => {
    const { items } = await enterprise.transport.get("/enterprise-codes/items", codeItemList);
    expect(items.find(({ id }) => id === "tax-credit-grades")?.kind).to.equal("fact");
    const all = await look(anyone, await made({ items: ["*"] }));
    expect(all.items.map(({ id }) => id)).to.include.members([KIND, "business-registration"]);
    expect(all.items.every(({ kind, records }) => kind === "licence" && records.length > 0)).to.equal(true);
    const chosen = await look(anyone, await made({ items: ["mining-rights"] }));
    expect(chosen.items.map(({ id, records }) => [id, records.length])).to.deep.equal([["mining-rights", 0]]);
  });

  it("opens the chain to nobody without a look", async () => {
    const ask = (id: string, method: string) =>
      anyone.transport.post(`/enterprise-codes/${id}/chain`, { method, params: [] }, z.unknown());
    await refused(ask(hexlify(randomBytes(16)), "eth_chainId"), 404);
    const seen = await look(anyone, await made());
    await refused(ask(seen.codeId, "eth_sendRawTransaction"), 400);
  });
});
