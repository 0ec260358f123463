import { expect } from "chai";
import { accessLog } from "../../backend/features/consents/consent-schemas.ts";
import { licenceList } from "../../backend/features/licences/licence-schemas.ts";
import {
  type Dossier,
  dossier,
  dossierList,
  material,
  materialContent,
  materialKindList,
  materialList,
} from "../../backend/features/licences/material-schemas.ts";
import { leafPack } from "../../backend/lib/proof/pack.ts";
import type { Api } from "../../scripts/client/api.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { revokeConsent } from "../support/consents.ts";
import { startLater } from "../support/later.ts";
import { confirmed, holdsOnChain } from "../support/proofs.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const PDF = Buffer.from("%PDF-1.7\n% lease of the premises\n");

describe("materials that are handed in once", function () {
  this.timeout(180_000);
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let otherBank: Api;
  let requestId: string;

  before(async () => {
    path = await playUntil("consents");
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    otherBank = path.api.as((await path.api.login("bank-3", "rongqiao-demo")).token);
    requestId = (await openedRequest(path)).id;
  });

  const upload = (about: Record<string, string>, content = PDF, by = enterprise) =>
    by.transport.send("POST", `/materials?${new URLSearchParams(about)}`, material, { bytes: content });
  const lease = (more: Record<string, string> = {}) => ({
    kind: "lease",
    title: "厂房租赁合同",
    fileName: "租赁合同.pdf",
    validFrom: day(-30),
    validUntil: day(300),
    ...more,
  });
  const askFor = (by: Api, kinds: string[], note = "") =>
    by.transport.post(`/requests/${requestId}/material-asks`, { kinds, note }, dossier);
  const attach = (items: object[]) => enterprise.transport.post(`/requests/${requestId}/materials`, { items }, dossier);
  const view = (by: Api) => by.transport.get(`/requests/${requestId}/materials`, dossier);
  const of = ({ items }: Dossier, kind: string) => items.find((item) => item.kind === kind)!;
  const open = (by: Api, kind: string) => by.transport.get(`/requests/${requestId}/materials/${kind}`, materialContent);

  it("are taken when they are what they say, and anchored", async () => {
    const { items: kinds } = await enterprise.transport.get("/material-kinds", materialKindList);
    expect(kinds.map(({ id }) => id)).to.include.members(["lease", "debt-statement", "licence:business-licences"]);
    const kept = await upload(lease());
    expect(kept).to.deep.include({ kind: "lease", state: "valid" });
    expect(kept.file?.bytes).to.equal(PDF.length);
    await refused(upload(lease({ fileName: "a.exe" })), 422, "material.type");
    await refused(upload(lease(), Buffer.from("<html>")), 422, "material.type");
    await refused(upload(lease(), Buffer.concat([PDF, Buffer.alloc(21 * 1024 ** 2)])), 422, "material.tooLarge");
    await refused(upload(lease(), Buffer.alloc(0)), 422);
    namesField(await refused(upload(lease({ validUntil: day(-1) })), 400), "validUntil");
    namesField(await refused(upload(lease({ kind: "licence:business-licences" })), 400), "kind");
    await refused(upload(lease(), PDF, bank), 403);

    const file = await enterprise.transport.raw("GET", `/materials/${kept.id}/file`);
    expect(file.status).to.equal(200);
    expect(file.text).to.equal(PDF.toString());
    expect(file.headers.get("content-disposition")).to.contain("attachment");
    await refused(otherBank.transport.get(`/materials/${kept.id}/file`, material), 403);
    const proof = await confirmed(() => enterprise.transport.get(`/materials/${kept.id}/proof`, leafPack));
    expect(proof.document).to.deep.include({ kind: "lease", id: kept.id });
    await holdsOnChain(proof);
  });

  it("are statements in fields too", async () => {
    const state = (fields: Record<string, string>) =>
      enterprise.transport.post(
        "/material-statements",
        { kind: "debt-statement", title: "负债说明", validFrom: day(0), validUntil: day(60), fields },
        material,
      );
    namesField(await refused(state({ bankDebtFen: "many" }), 400), "fields.bankDebtFen");
    namesField(
      await refused(state({ bankDebtFen: "1", otherDebtFen: "2", guaranteesFen: "3", more: "x" }), 400),
      "fields.more",
    );
    const kept = await state({ bankDebtFen: "12300", otherDebtFen: "0", guaranteesFen: "0", remarks: "无" });
    expect(kept.statement?.find(({ name }) => name === "bankDebtFen")?.value).to.equal("12300");
  });

  it("are offered at once when an institution asks for their kind, licences among them", async () => {
    const licence = (await enterprise.transport.get("/licences", licenceList)).items.find(
      ({ kind, status }) => kind === "business-registration" && status === "valid",
    )!;
    await refused(askFor(bank, ["no-such-kind"]), 400);
    await askFor(bank, ["lease", "licence:business-registration", "articles"], "请补充");
    const asked = await view(enterprise);
    expect(of(asked, "lease").state).to.equal("offered");
    expect(of(asked, "licence:business-registration").offer?.licenceId).to.equal(licence.id);
    expect(of(asked, "articles").state).to.equal("missing");
    expect(of(asked, "lease").asks[0]).to.deep.include({ note: "请补充" });
    // Another institution doesn't see what this one asks for.
    expect((await view(otherBank)).items).to.deep.equal([]);

    const { materialId } = of(asked, "lease").offer!;
    await refused(attach([{ kind: "articles", materialId }]), 409, "material.notValid");
    const after = await attach([
      { kind: "lease", materialId },
      { kind: "licence:business-registration", licenceId: licence.id },
    ]);
    expect(of(after, "lease").state).to.equal("attached");
    const { items: open } = await enterprise.transport.get("/material-dossiers", dossierList);
    expect(open.map((one) => one.requestId)).to.include(requestId);
  });

  it("are opened under a live consent alone, and every time is in the log", async () => {
    await refused(open(otherBank, "lease"), 403, "consent.required");
    const seen = await open(bank, "lease");
    expect(seen.file?.name).to.equal("租赁合同.pdf");
    const file = await bank.transport.raw("GET", `/requests/${requestId}/materials/lease/file`);
    expect(file.text).to.equal(PDF.toString());
    const shown = await open(bank, "licence:business-registration");
    expect(shown.licence?.status).to.equal("valid");
    await refused(open(bank, "articles"), 404);
    const entries = await waitFor("the log", async () => {
      const { items } = await enterprise.transport.get("/access-log", accessLog);
      const own = items.filter(({ what }) => what.startsWith("material:"));
      return own.filter(({ allowed }) => allowed).length >= 3 && own.some(({ allowed }) => !allowed) ? own : undefined;
    });
    expect(entries.map(({ what }) => what)).to.include.members([
      "material:经营场所租赁合同",
      "material:business-registration",
    ]);
  });

  it("are asked for again when they have expired", async () => {
    const later = await startLater(await sharedServer());
    try {
      later.setDays(400);
      const own = later.as(enterprise);
      const asked = await own.transport.get(`/requests/${requestId}/materials`, dossier);
      expect(of(asked, "lease").state).to.equal("missing");
      expect(of(asked, "lease").attached?.state).to.equal("expired");
      expect(of(asked, "lease").offer).to.equal(undefined);
    } finally {
      await later.stop();
    }
  });

  it("are closed when the consent is revoked or the material is taken back", async () => {
    const held = (await enterprise.transport.get("/materials", materialList)).items.find(
      ({ kind }) => kind === "lease",
    )!;
    await enterprise.transport.post(`/materials/${held.id}/withdrawal`, {}, material);
    await refused(open(bank, "lease"), 409, "material.withdrawn");
    expect(of(await view(enterprise), "lease").state).to.equal("missing");
    for (const consent of (await enterprise.consents()).items) {
      if (consent.state === "active") await revokeConsent(path, consent);
    }
    await refused(open(bank, "licence:business-registration"), 403, "consent.required");
  });
});
