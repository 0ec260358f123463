import { Wallet } from "ethers";
import { usccCheckCharacter } from "../../../backend/lib/uscc.ts";
import { signAdmission, signEnrolment } from "../acts.ts";
import { lockKeyring, newSalt } from "../keys.ts";
import { DAY, secondsFromNow } from "../times.ts";
import { ApiProblem } from "../transport.ts";
import { waitFor } from "../waiting.ts";
import { anchorSource, PARTIES, type PartyName, type Path, receiptSource, type Step, type StepResult } from "./path.ts";

/* From a department's file to three participants with keys of their own. */

const CATALOG = "business-licences";
const HEADINGS = "统一社会信用代码,企业名称,证照类型,证照编号,发证机关,有效期起,有效期止,证照状态";
const USCC_HEADING = HEADINGS.split(",")[0]!;
const BAD_ROW = 3;

/** The same code with another check character. */
export function withWrongCheckCharacter(uscc: string): string {
  const body = uscc.slice(0, 17);
  return body + (usccCheckCharacter(body) === "0" ? "1" : "0");
}

export async function licenceFile(path: Path): Promise<{ fileName: string; bytes: Uint8Array }> {
  const run = await path.runId();
  const { uscc, name } = await path.bodyOf("enterprise");
  const row = (code: string, kind: string, part: number) =>
    [code, name, kind, `${run}-${part}`, "云南省科学技术厅", "2025/3/5", "2028/3/4", "有效"].join(",");
  const lines = [
    HEADINGS,
    row(uscc, "高新技术企业证书", 1),
    row(withWrongCheckCharacter(uscc), "安全生产许可证", 2),
    row(uscc, "科技型中小企业证明", 3),
  ];
  return { fileName: `licences-${run}.csv`, bytes: Buffer.from(`\uFEFF${lines.join("\r\n")}\r\n`) };
}

async function upload(path: Path): Promise<StepResult> {
  const { api } = await path.demo("department");
  const { fileName, bytes } = await licenceFile(path);
  const { items } = await api.batches({ catalogId: CATALOG });
  const sent = items.find((batch) => batch.fileName === fileName) ?? (await api.upload(CATALOG, fileName, bytes));
  const batch = await waitFor(`batch ${fileName}`, async () => {
    const now = await api.batch(sent.id);
    return now.state === "received" || now.state === "validated" ? undefined : now;
  });
  if (batch.stored !== 2 || batch.quarantined !== 1) {
    throw new Error(`2 rows stored and 1 in quarantine were due; the batch is ${JSON.stringify(batch)}`);
  }
  const { items: rows } = await api.quarantine(batch.id);
  const fault = rows[0]?.faults[0];
  if (rows[0]?.row !== BAD_ROW || fault?.column !== USCC_HEADING || fault.reason !== "usccCheck") {
    throw new Error(`row ${BAD_ROW} with a wrong USCC was due in quarantine; there is ${JSON.stringify(rows)}`);
  }
  return {
    lines: [
      `${fileName}: ${batch.rows} rows, ${batch.stored} stored, ${batch.quarantined} in quarantine`,
      `in quarantine: ${rows[0].fileName}, row ${rows[0].row}, column ${fault.column}: ${fault.message.en} (${fault.value})`,
    ],
    transactions: [anchorSource("records", async () => (await api.batch(batch.id)).anchor)],
  };
}

export const invitationKey = async (path: Path, name: PartyName): Promise<Wallet> =>
  new Wallet(await path.memory.once(`${name}.invitation`, () => Wallet.createRandom().privateKey));

async function admit(path: Path): Promise<StepResult> {
  const { api, keys } = await path.demo("operator");
  const lines: string[] = [];
  for (const name of PARTIES) {
    const body = await path.bodyOf(name);
    const known = (await api.participants({ query: body.uscc })).items.find(({ uscc }) => uscc === body.uscc);
    if (!known) {
      const admission = await signAdmission(path.meta, keys.main, {
        ...body,
        salt: await path.memory.once(`${name}.salt`, newSalt),
        invitation: (await invitationKey(path, name)).address,
        expiresAt: await path.memory.once(`${name}.invitedUntil`, () => secondsFromNow(30 * DAY)),
      });
      await api.admit(admission);
    }
    lines.push(`${body.name} (${body.uscc}), a new ${body.kind}`);
  }
  return { lines, transactions: [] };
}

async function enrol(path: Path): Promise<StepResult> {
  const lines: string[] = [];
  const transactions = [];
  for (const name of PARTIES) {
    const invitation = await invitationKey(path, name);
    const { used, idCommitment, participant } = await path.api.invitation(invitation.address);
    const keys = await path.keysOf(name);
    if (!used) {
      const { username, password } = await path.login(name);
      const keystore = await path.memory.once(`${name}.keystore`, () =>
        lockKeyring(keys, `${password}-key`, path.options.scryptN ?? 4_096),
      );
      const login = { username, password, keystore };
      const body = await signEnrolment(path.meta, invitation, keys.main, idCommitment, login);
      const { receipt } = await path.api.enrol(body);
      await path.memory.once(`${name}.receipt`, () => receipt);
    }
    const { api, me } = await path.party(name);
    if (me.participant.address?.toLowerCase() !== keys.main.address.toLowerCase()) {
      throw new Error(`${participant.name} enrolled with another key than its own`);
    }
    lines.push(`${me.participant.name} signed up as ${me.username} with the key ${keys.main.address}`);
    const receipt = await enrolmentReceipt(path, name);
    if (receipt) transactions.push(receiptSource(`enrolment of ${name}`, api, receipt));
  }
  return { lines, transactions };
}

/** From the answer at sign-up; when that answer was lost with the server, from the operator's list. */
async function enrolmentReceipt(path: Path, name: PartyName) {
  return path.memory.once(`${name}.receipt`, async () => {
    const { api } = await path.demo("operator");
    const { uscc } = await path.bodyOf(name);
    const found = (await api.participants({ query: uscc })).items.find((item) => item.uscc === uscc);
    return found?.receipt ?? null;
  });
}

async function readProfile(path: Path): Promise<StepResult> {
  const { api } = await path.party("enterprise");
  const run = await path.runId();
  const profile = await api.profile();
  const known = profile.indicators.filter(({ value }) => value !== null);
  const ownLicences = known.filter(({ source }) => source.catalogId === CATALOG);
  const recordIds = [...new Set(ownLicences.flatMap((indicator) => indicator.recordIds))];
  for (const recordId of recordIds) {
    const record = await api.record(recordId).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    });
    if (record?.source.fileName !== `licences-${run}.csv`) continue;
    const shown = known.slice(0, 3).map(({ name, value, unit, source }) => {
      return `${name.en}: ${String(value)} ${unit} (from ${source.departmentName.en}, ${source.catalogName.en})`;
    });
    return {
      lines: [
        `${known.length} indicators known, ${profile.indicators.length - known.length} unknown`,
        ...shown,
        `one licence is traced to row ${record.source.row} of ${record.source.fileName}`,
      ],
      transactions: [],
    };
  }
  throw new Error(`no indicator of ${profile.enterprise.name} leads back to the file that was just uploaded`);
}

export const JOINING_STEPS: readonly Step[] = [
  { id: "upload", title: "The department uploads a file", run: upload },
  { id: "admit", title: "The operator admits an enterprise and two banks", run: admit },
  { id: "enrol", title: "They sign up, each with a key of its own", run: enrol },
  { id: "profile", title: "The enterprise reads its profile and where it comes from", run: readProfile },
];
