import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hash } from "@node-rs/argon2";
import { encryptKeystoreJson, HDNodeWallet, Mnemonic, Wallet } from "ethers";
import { participantKinds } from "../contracts/codes.ts";
import { types } from "../contracts/typed-data.ts";
import {
  CAST_DEPARTMENTS,
  CAST_ENTERPRISES,
  CAST_INSTITUTIONS,
  CAST_OPERATOR,
  CAST_REGULATOR,
} from "../scripts/sample-city/cast.ts";
import { generateSampleCity, type SampleFile } from "../scripts/sample-city/generate.ts";
import { SAMPLE_PRODUCTS } from "../scripts/sample-city/products.ts";
import type { Services } from "./compose.ts";
import type { Role } from "./features/identity/identity-schemas.ts";
import { participantIdentity } from "./features/participants/domain/identity.ts";
import { productInput } from "./features/products/product-schemas.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import { commitment } from "./lib/commitment.ts";
import { randomSalt } from "./lib/hash.ts";
import { newId } from "./lib/ids.ts";
import type { Stores } from "./stores.ts";

export interface DemoAccount {
  role: Role;
  name: string;
  username: string;
  password: string;
}

/** Known to everyone who reads this: sample accounts guard sample data only. */
const DEMO_PASSWORD = "rongqiao-demo";
/** Light enough that a page opens a demo key in a moment; real keys are made in the browser with the full work factor. */
const DEMO_SCRYPT = { N: 1 << 13, r: 8, p: 1 };

interface SampleState {
  done: boolean;
  /** Demo keys come out of it, so that a load that was cut off goes on with the same keys. Gone when done. */
  secret?: string;
  accounts: DemoAccount[];
}

const walletOf = (secret: string, name: string): HDNodeWallet =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromEntropy(createHash("sha256").update(`${secret}|${name}`).digest()));

const keystoreOf = (wallet: HDNodeWallet, passphrase: string, scrypt?: typeof DEMO_SCRYPT): Promise<string> =>
  encryptKeystoreJson(
    {
      address: wallet.address,
      privateKey: wallet.privateKey,
      mnemonic: { entropy: wallet.mnemonic!.entropy, path: wallet.path!, locale: "en" },
    },
    passphrase,
    scrypt ? { scrypt } : {},
  );

/** The operator, who admits everyone else and whom nobody admits: made on the first start. */
export async function ensureOperator(
  stores: Stores,
  sample: boolean,
  say: (text: string) => void,
): Promise<{ id: string; address: string }> {
  const known = await stores.settings.get<{ id: string; address: string }>("operator");
  if (known) return known;
  const password = sample ? DEMO_PASSWORD : randomBytes(12).toString("base64url");
  let wallet: HDNodeWallet = HDNodeWallet.createRandom();
  if (sample) {
    const secret = randomBytes(32).toString("hex");
    await stores.settings.set("sampleCity", { done: false, secret, accounts: [] } satisfies SampleState);
    wallet = walletOf(secret, "operator");
  }
  const id = newId();
  const idSalt = randomSalt();
  const name = sample ? CAST_OPERATOR.name.zh : "运营方";
  const identity = { kind: "operator" as const, name, ...(sample ? { uscc: CAST_OPERATOR.uscc } : {}) };
  const leftOver = identity.uscc ? (await stores.participants.byUsccs([identity.uscc]))[0] : undefined;
  if (leftOver) {
    // A first start that was cut off between the two: its key is lost, so it begins again.
    await stores.participants.model.deleteOne({ _id: leftOver._id });
  }
  await stores.participants.insert(id, {
    ...identity,
    status: "active",
    idSalt,
    idCommitment: commitment(idSalt, participantIdentity(identity)),
    address: wallet.address,
    admittedAt: new Date(),
    enrolledAt: new Date(),
  });
  const keystore = await keystoreOf(wallet, password, sample ? DEMO_SCRYPT : undefined);
  await stores.accounts.replaceOperator({
    _id: newId(),
    username: "operator",
    passwordHash: await hash(password),
    role: "operator",
    participantId: id,
    keystore,
    active: true,
    createdAt: new Date(),
  });
  await stores.settings.set("operator", { id, address: wallet.address });
  if (!sample) say(`The operator's account: operator, password and key passphrase ${password} (shown this once)`);
  return { id, address: wallet.address };
}

interface LoadOptions {
  enterprises: number;
  stores: Stores;
  services: Services;
  chain: ChainContext;
  workDir: string;
  step(text: string): void;
  progress(label: string, done: number, total: number): void;
}

interface Member {
  username: string;
  kind: Exclude<Role, "operator">;
  name: string;
  uscc?: string;
  departmentCode?: string;
}

const MEMBERS: readonly Member[] = [
  { username: "regulator", kind: "regulator", name: CAST_REGULATOR.name.zh, uscc: CAST_REGULATOR.uscc },
  ...CAST_INSTITUTIONS.map((member, i) => ({
    username: `bank-${i + 1}`,
    kind: "institution" as const,
    name: member.name.zh,
    uscc: member.uscc,
  })),
  ...CAST_ENTERPRISES.map((member, i) => ({
    username: `enterprise-${i + 1}`,
    kind: "enterprise" as const,
    name: member.name,
    uscc: member.uscc,
  })),
  ...CAST_DEPARTMENTS.map((member) => ({
    username: `dept-${member.departmentCode}`,
    kind: "department" as const,
    name: member.name.zh,
    uscc: member.uscc,
    departmentCode: member.departmentCode!,
  })),
];

/** Admits and enrols one member through the same doors as everybody, skipping what was done before. */
async function enrolMember(
  { services, chain }: LoadOptions,
  operatorId: string,
  secret: string,
  member: Member,
): Promise<void> {
  const { participants, identity } = services;
  const operator = walletOf(secret, "operator");
  const invitation = new Wallet(walletOf(secret, `invitation|${member.username}`).privateKey);
  const account = walletOf(secret, member.username);
  const { username, ...who } = member;
  const [before] = await participants.byUsccs([member.uscc!]);
  let idCommitment = before?.idCommitment;
  if (!idCommitment) {
    const salt = randomSalt();
    idCommitment = commitment(salt, participantIdentity(who));
    const expires = Math.floor(Date.now() / 1000) + 7 * 86_400;
    const message = {
      idCommitment,
      kind: participantKinds[who.kind],
      invitation: invitation.address,
      expiresAt: expires,
    };
    const signature = await operator.signTypedData(chain.participantsDomain, types.Admission, message);
    await participants.admit(
      { ...who, salt, invitation: invitation.address, expiresAt: new Date(expires * 1000).toISOString(), signature },
      operatorId,
    );
  } else if (before?.status !== "admitted") return;
  const message = { idCommitment, invitation: invitation.address, account: account.address };
  const [invitationSignature, accountSignature] = await Promise.all(
    [invitation, account].map((key) => key.signTypedData(chain.participantsDomain, types.Enrolment, message)),
  );
  const keystore = await keystoreOf(account, DEMO_PASSWORD, DEMO_SCRYPT);
  await identity.enrol({
    invitation: invitation.address,
    account: account.address,
    invitationSignature: invitationSignature!,
    accountSignature: accountSignature!,
    username,
    password: DEMO_PASSWORD,
    keystore,
  });
}

/** Most of the time goes into waiting for disks and hashes: a few at a time take half as long. */
async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Loads the sample city on the first start, and goes on where a load was cut off. Gives the demo accounts. */
export async function loadSampleCity(options: LoadOptions): Promise<DemoAccount[]> {
  const { stores, services, enterprises, workDir, step, progress } = options;
  const state = await stores.settings.get<SampleState>("sampleCity");
  if (!state) return [];
  if (state.done) return state.accounts;
  const operator = (await stores.settings.get<{ id: string }>("operator"))!;

  step("Enrolling the sample participants …");
  let enrolled = 0;
  await inLanes(4, MEMBERS, async (member) => {
    await enrolMember(options, operator.id, state.secret!, member);
    progress("participants", ++enrolled, MEMBERS.length);
  });
  step(`Writing the departments' files for ${enterprises} enterprises …`);
  const city = await generateSampleCity({ enterprises, outDir: workDir });
  const total = city.files.reduce((sum, { rows }) => sum + rows, 0);
  step("Reading the departments' files …");
  let done = 0;
  const take = async (file: SampleFile): Promise<void> => {
    const catalog = services.catalogRegistry.require(file.catalogId);
    const { _id } = await services.ingestion.receive(catalog, basename(file.path), createReadStream(file.path));
    // The worker of this process reads batches as well, so another's may come out here.
    while ((await stores.batches.find(_id))?.state === "received") {
      const read = await services.ingestion.ingestNext((rows) =>
        progress("records", Math.min(total, done + rows), total),
      );
      if (!read) await pause(20);
    }
    done += file.rows;
    progress("records", done, total);
  };
  // Others name their enterprises by what the registration knows of them.
  const isFirst = ({ catalogId }: SampleFile): boolean => catalogId === "business-registration";
  for (const file of city.files.filter(isFirst)) await take(file);
  await inLanes(
    2,
    city.files.filter((file) => !isFirst(file)),
    take,
  );
  const institutions = await services.participants.byUsccs(CAST_INSTITUTIONS.map(({ uscc }) => uscc));
  for (const { institution, ...product } of SAMPLE_PRODUCTS) {
    const publisher = institutions.find(({ uscc }) => uscc === CAST_INSTITUTIONS[institution]!.uscc)!;
    await services.products.publish(publisher, productInput.parse(product)).catch((error: { code?: string }) => {
      if (error.code !== "product.exists") throw error;
    });
  }
  const accounts: DemoAccount[] = [
    ...MEMBERS.filter(({ kind }) => kind === "enterprise"),
    ...MEMBERS.filter(({ kind }) => kind === "institution"),
    ...MEMBERS.filter(({ kind }) => kind === "department"),
    { username: "operator", kind: "operator" as const, name: CAST_OPERATOR.name.zh },
    ...MEMBERS.filter(({ kind }) => kind === "regulator"),
  ].map(({ username, kind, name }) => ({ role: kind, name, username, password: DEMO_PASSWORD }));
  await stores.settings.set("sampleCity", { done: true, accounts } satisfies SampleState);
  await rm(workDir, { recursive: true, force: true });
  return accounts;
}
