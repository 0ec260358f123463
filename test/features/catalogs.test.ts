import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { z } from "zod";
import { createCatalogRegistry } from "../../backend/features/data-exchange/catalog-registry.ts";
import {
  catalogDetail,
  catalogDetails,
  type catalogRegistration,
} from "../../backend/features/data-exchange/catalog-schemas.ts";
import { createCatalogStore } from "../../backend/features/data-exchange/catalog-store.ts";
import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { readRows } from "../../backend/features/data-exchange/files/read-rows.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import type { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath } from "../support/actors.ts";
import { finishedBatch } from "../support/batches.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

type Registration = z.input<typeof catalogRegistration>;
type Change = Omit<Registration, "id">;

const USCC = makeUscc("9", "3", "530423", "MA7T0C01");
let serial = 0;

const insurance = (id: string): Registration => ({
  id,
  name: { zh: "农业保险投保信息", en: "Farm insurance" },
  group: "operation",
  sensitivity: "internal",
  shareType: "conditional",
  updateFrequency: "monthly",
  legalBasis: "《农业保险条例》",
  key: ["policyNo"],
  subjectField: "uscc",
  fields: [
    {
      name: "uscc",
      label: { zh: "统一社会信用代码", en: "Code" },
      headings: ["统一社会信用代码", "信用代码"],
      type: "uscc",
      required: true,
    },
    { name: "policyNo", label: { zh: "保单号", en: "Policy" }, headings: ["保单号"], type: "text", required: true },
    { name: "premium", label: { zh: "保费", en: "Premium" }, headings: ["保费"], type: "amount", required: true },
    { name: "crop", label: { zh: "承保作物", en: "Crop" }, headings: ["作物"], type: "text", required: false },
  ],
});

const changeOf = ({ id: _, ...change }: Registration, edit: (change: Change) => Change): Change =>
  edit(structuredClone(change));

describe("the registry of catalogs", function () {
  this.timeout(180_000);
  let farms: Api;
  let tax: Api;
  let operator: Api;
  let enterprise: Api;

  before(async () => {
    const path = await newPath();
    const { demoAccounts } = await sharedServer();
    const account = async (username: string): Promise<Api> => {
      const { password } = demoAccounts.find((candidate) => candidate.username === username)!;
      return path.api.as((await path.api.login(username, password)).token);
    };
    farms = await account("dept-agriculture");
    tax = await account("dept-taxation");
    enterprise = await account("enterprise-1");
    operator = (await path.demo("operator")).api;
  });

  const newId = (): string => `farm-insurance-${Date.now().toString(36)}-${++serial}`;
  const detail = (api: Api, id: string) => api.transport.get(`/catalogs/${id}`, catalogDetail);
  const register = (api: Api, body: Registration) => api.transport.post("/catalogs", body, catalogDetail);
  const change = (id: string, body: Change, api = farms) =>
    api.transport.post(`/catalogs/${id}/versions`, body, catalogDetail);
  const decide = (id: string, number: number, body: { approve: boolean; note?: string }) =>
    operator.transport.post(`/catalogs/${id}/versions/${number}/decision`, body, catalogDetail);
  const listed = async (api: Api, id: string) => (await api.catalogs()).items.find((catalog) => catalog.id === id);

  async function send(id: string, lines: readonly string[]) {
    const batch = await farms.upload(id, `policies-${++serial}.csv`, Buffer.from(lines.join("\n")));
    return finishedBatch(farms, batch.id);
  }

  it("takes a new catalog into use once the operator has approved it, and then its files", async () => {
    const id = newId();
    const registered = await register(farms, insurance(id));
    expect(registered).to.include({ currentVersion: 0, departmentCode: "agriculture", mayChange: true });
    expect(registered.versions[0]).to.include({ number: 1, state: "pending" });
    expect(await listed(farms, id)).to.equal(undefined);
    await refused(send(id, ["x"]), 404, "notFound");
    await refused(detail(enterprise, id), 404, "notFound");
    await refused(register(tax, insurance(id)), 409, "catalog.exists");

    const waiting = await operator.transport.get("/catalog-versions/waiting", catalogDetails);
    expect(waiting.items.map((item) => item.id)).to.include(id);
    const approved = await decide(id, 1, { approve: true });
    expect(approved).to.include({ currentVersion: 1 });
    expect(await listed(enterprise, id)).to.deep.include({ departmentCode: "agriculture", recordCount: 0 });

    const batch = await send(id, ["信用代码,保单号,保费(万元),作物", `${USCC},P-${id},1.5,烤烟`, `${USCC},,2,玉米`]);
    expect([batch.stored, batch.quarantined]).to.deep.equal([1, 1]);
    expect((await detail(enterprise, id)).versions, "to others only what is in use").to.deep.equal([]);
    await refused(decide(id, 1, { approve: true }), 409, "catalog.decided");
  });

  it("names every field that makes a definition unusable", async () => {
    const wrong = insurance(newId());
    wrong.key = ["policyNo", "nothing"];
    wrong.fields[3] = { ...wrong.fields[3]!, type: "code" };
    wrong.fields[2] = { ...wrong.fields[2]!, headings: ["保单号"] };
    const problem = await refused(register(farms, wrong), 400, "input.invalid");
    namesField(problem, "key");
    namesField(problem, "fields.crop.codes");
    namesField(problem, "fields.premium.headings");
    const reason = problem.errors?.find(({ field }) => field === "fields.crop.codes")?.reason;
    expect(reason, "in both languages").to.equal(
      '字段“crop”是代码，却没有列出取值 / field "crop" is a code without codes',
    );
    const marked = insurance(newId());
    marked.fields[3] = { ...marked.fields[3]!, headings: ["删除标志"] };
    namesField(await refused(register(farms, marked), 400), "fields.crop.headings");
  });

  it("lets a field that has values neither change its type nor go, and leaves the rest to be changed", async () => {
    const base = insurance(newId());
    const { id } = base;
    await register(farms, base);
    await decide(id, 1, { approve: true });
    await send(id, ["信用代码,保单号,保费", `${USCC},P-${id},100`]);

    const retyped = changeOf(base, (next) => {
      next.fields[2] = { ...next.fields[2]!, type: "text" };
      return next;
    });
    namesField(await refused(change(id, retyped), 400), "fields.premium.type");
    const shorter = changeOf(base, (next) => ({
      ...next,
      fields: next.fields.filter(({ name }) => name !== "premium"),
    }));
    namesField(await refused(change(id, shorter), 400), "fields.premium");
    const renamed = changeOf(base, (next) => ({ ...next, key: ["uscc", "policyNo"] }));
    namesField(await refused(change(id, renamed), 400), "key");

    const wider = changeOf(base, (next) => {
      next.fields[3] = {
        ...next.fields[3]!,
        type: "code",
        codes: { 烤烟: "tobacco", 玉米: "maize", "V1.0": "one", $其他: "other" },
      };
      next.fields[2] = { ...next.fields[2]!, headings: ["保费", "保险费"] };
      return next;
    });
    const first = await change(id, { ...wider, legalBasis: "《中华人民共和国农业法》" });
    expect(first.versions[0]?.changes).to.include.members([
      "legalBasis",
      "fields.premium.headings",
      "fields.crop.type",
    ]);
    const second = await change(id, wider);
    expect(second.versions.map(({ state }) => state)).to.deep.equal(["pending", "replaced", "approved"]);
    namesField(await refused(decide(id, 3, { approve: false }), 400), "note");
    expect((await detail(farms, id)).inUse?.fields[2]?.headings).to.deep.equal(["保费"]);
    await decide(id, 3, { approve: true });
    const batch = await send(id, [
      "信用代码,保单号,保险费,作物",
      `${USCC},Q-${id},100,玉米`,
      `${USCC},R-${id},90,V1.0`,
    ]);
    expect([batch.stored, batch.quarantined]).to.deep.equal([2, 0]);
  });

  it("keeps what is in use when a change is rejected, and tells the department why", async () => {
    const base = insurance(newId());
    await register(farms, base);
    await decide(base.id, 1, { approve: true });
    await change(
      base.id,
      changeOf(base, (next) => ({ ...next, updateFrequency: "yearly" })),
    );
    await decide(base.id, 2, { approve: false, note: "按月更新" });
    const now = await detail(farms, base.id);
    expect(now.inUse?.updateFrequency).to.equal("monthly");
    expect(now.versions[0]).to.include({ state: "rejected", note: "按月更新" });
  });

  it("lets departments change the catalogs of the installation, each its own", async () => {
    const before = (await detail(farms, "green-food")).inUse!;
    expect((await detail(farms, "green-food")).currentVersion).to.equal(1);
    const { id: _, departmentCode: __, ...definition } = before;
    const next = { ...definition, legalBasis: `${definition.legalBasis.slice(0, 150)}及地方规定` } as Change;
    await refused(change("green-food", next, tax), 403, "role.notAllowed");
    await refused(change("green-food", next, operator), 403, "role.notAllowed");
    await change("green-food", next);
    expect((await listed(farms, "green-food"))?.legalBasis).to.equal(before.legalBasis);
    await decide("green-food", 2, { approve: true });
    expect((await listed(farms, "green-food"))?.legalBasis).to.equal(next.legalBasis);
  });

  it("is seen by other processes within seconds", async () => {
    const { mongodbUri } = await sharedServer();
    const connection = await connectMongo(mongodbUri);
    const other = createCatalogRegistry(createCatalogStore(connection), STANDARD_CATALOGS);
    const failures: unknown[] = [];
    await other.start((error) => failures.push(error));
    try {
      const id = newId();
      await register(farms, insurance(id));
      await decide(id, 1, { approve: true });
      const found = await waitFor("the other process to see it", async () => other.find(id));
      expect(found.name.en).to.equal("Farm insurance");
      expect(other.list.some((catalog) => catalog.id === id) && other.ids.has(id)).to.equal(true);
      expect(failures).to.deep.equal([]);
    } finally {
      other.stop();
      await connection.close();
    }
  });

  it("gives templates whose headings are all understood", async () => {
    const folder = mkdtempSync(join(tmpdir(), "templates-"));
    try {
      for (const format of ["csv", "xlsx"]) {
        const answer = await fetch(`${farms.transport.url}/api/v1/catalogs/land-transfers/template?format=${format}`, {
          headers: { authorization: `Bearer ${farms.transport.options.token}` },
        });
        expect(answer.status).to.equal(200);
        const file = join(folder, `land.${format}`);
        writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
        for await (const { cells } of readRows(file, { name: file })) {
          expect(cells).to.include.members(["统一社会信用代码", "流转合同编号", "年流转费(元)"]);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
