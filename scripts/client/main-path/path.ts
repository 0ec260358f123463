import { randomBytes, randomInt } from "node:crypto";
import type { Account } from "../../../backend/features/identity/identity-schemas.ts";
import type { AnchorState, Receipt } from "../../../backend/lib/schemas.ts";
import { makeUscc } from "../../../backend/lib/uscc.ts";
import type { Meta } from "../acts.ts";
import type { Api } from "../api.ts";
import { type Keyring, keyringOf, newPhrase, unlockKeyring } from "../keys.ts";
import { ApiProblem } from "../transport.ts";
import { waitFor } from "../waiting.ts";
import type { Memory } from "./memory.ts";

export const PARTIES = ["enterprise", "firstBank", "secondBank"] as const;
export type PartyName = (typeof PARTIES)[number];
export const BANKS = ["firstBank", "secondBank"] as const;

/** A body as the operator admits it. */
export interface Body {
  readonly kind: "enterprise" | "institution";
  readonly name: string;
  readonly uscc: string;
}

/** Somebody signed in, with unlocked keys. */
export interface Actor {
  readonly api: Api;
  readonly me: Account;
  readonly keys: Keyring;
}

/** A transaction that stands, or will stand, behind a step. */
export interface TransactionSource {
  readonly label: string;
  /** Undefined while the act is on its way. Throws when the chain refused it. */
  read(): Promise<Transaction | undefined>;
}

export interface Transaction {
  readonly hash: string;
  readonly blockNumber: number;
}

export interface StepResult {
  readonly lines: readonly string[];
  readonly transactions: readonly TransactionSource[];
}

export interface Step {
  readonly id: string;
  readonly title: string;
  /** Looks first whether it was done before, so that it can be run again at any time. */
  run(path: Path): Promise<StepResult>;
}

export interface PathOptions {
  /** Chooses one enterprise of the register that no one admitted yet. */
  readonly pickEnterprise?: (operator: Api) => Promise<{ uscc: string; name: string }>;
  /** Sessions of the sample city's own accounts, for several runs to share: an operator doesn't sign in for each enterprise. */
  readonly staff?: Map<string, Promise<Actor>>;
  /** Cost of the new keystores: low, because these keys are thrown away. */
  readonly scryptN?: number;
}

/** One run of the whole path: who takes part, and what they agreed on. */
export class Path {
  readonly api: Api;
  readonly meta: Meta;
  readonly memory: Memory;
  readonly options: PathOptions;
  private readonly sessions = new Map<string, Promise<Actor>>();

  constructor(api: Api, meta: Meta, memory: Memory, options: PathOptions = {}) {
    this.api = api;
    this.meta = meta;
    this.memory = memory;
    this.options = options;
  }

  runId = (): Promise<string> => this.memory.once("runId", () => randomBytes(4).toString("hex"));

  keysOf = async (name: PartyName): Promise<Keyring> =>
    keyringOf(await this.memory.once(`${name}.phrase`, () => newPhrase()));

  login = async (name: PartyName): Promise<{ username: string; password: string }> => ({
    username: `demo-${name.toLowerCase()}-${await this.runId()}`,
    password: await this.memory.once(`${name}.password`, () => randomBytes(12).toString("base64url")),
  });

  bodyOf = async (name: PartyName): Promise<Body> => {
    if (name !== "enterprise") {
      return this.memory.once(`${name}.body`, async () => ({
        kind: "institution",
        name: `玉溪示范银行${name === "firstBank" ? "一" : "二"}号（${await this.runId()}）`,
        uscc: freshBankUscc(),
      }));
    }
    return this.memory.once("enterprise.body", async () => {
      const { api } = await this.demo("operator");
      const pick = this.options.pickEnterprise ?? ((operator: Api) => pickEnterprise(operator));
      const { name, uscc } = await pick(api);
      return { kind: "enterprise", name, uscc };
    });
  };

  /** A party of this run, once it has enrolled. */
  party(name: PartyName): Promise<Actor> {
    return this.signedIn(this.sessions, name, async () => {
      const { username, password } = await this.login(name);
      // A sign-up that was cut off is completed by the server within moments of its start.
      const session = await waitFor(
        `the account ${username}`,
        () => this.api.login(username, password).catch(unlessRefused),
        {
          timeoutMs: 10_000,
        },
      );
      return { api: this.api.as(session.token), me: session.account, keys: await this.keysOf(name) };
    });
  }

  /** The sample city's own account of a role: its key's passphrase is its password. */
  demo(role: "operator" | "regulator" | "department"): Promise<Actor> {
    return this.signedIn(this.options.staff ?? this.sessions, role, async () => {
      const accounts = this.meta.demoAccounts.filter((account) => account.role === role);
      const account = accounts.find(({ username }) => username.startsWith("dept-market")) ?? accounts[0];
      if (!account)
        throw new Error(`the instance has no demo account for the role ${role}: is the sample city loaded?`);
      const session = await this.api.login(account.username, account.password);
      const api = this.api.as(session.token);
      return { api, me: session.account, keys: await unlockKeyring(await api.keystore(), account.password) };
    });
  }

  private signedIn(kept: Map<string, Promise<Actor>>, name: string, signIn: () => Promise<Actor>): Promise<Actor> {
    let actor = kept.get(name);
    if (!actor) {
      actor = signIn();
      kept.set(name, actor);
      actor.catch(() => kept.delete(name));
    }
    return actor;
  }
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
}

const ORGANISATION_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** A valid code of no known body. */
export function freshBankUscc(): string {
  const letter = () => ORGANISATION_CHARACTERS[randomInt(ORGANISATION_CHARACTERS.length)]!;
  return makeUscc("9", "1", "530402", `MA${Array.from({ length: 6 }, letter).join("")}`);
}

/** Words that are in enterprises' names of the city. */
const SEARCHES = ["玉溪", "红塔", "江川", "澄江", "通海", "华宁", "易门", "峨山", "新平", "元江", "公司", "有限"];
const IN_BUSINESS = new Set(["active", "存续", "在业", "开业"]);

/**
 * One that nobody admitted yet and that is not in `taken`, which it joins. At random, so that runs side by side seldom
 * want the same one, unless `choose` says which of how many.
 */
export async function pickEnterprise(
  operator: Api,
  taken = new Set<string>(),
  choose: (count: number) => number = randomInt,
): Promise<{ uscc: string; name: string }> {
  for (const query of SEARCHES) {
    const { items } = await operator.registeredEnterprises(query);
    const free = items.filter(
      ({ participantId, status, uscc }) => participantId === undefined && IN_BUSINESS.has(status) && !taken.has(uscc),
    );
    const chosen = free[choose(Math.max(free.length, 1))];
    if (!chosen) continue;
    taken.add(chosen.uscc);
    return chosen;
  }
  throw new Error("no enterprise in business is left that could be admitted");
}

/** A receipt on its way. `first` is what the API answered at the act. */
export const receiptSource = (label: string, api: Api, first: Receipt): TransactionSource => ({
  label,
  async read() {
    const receipt = await api.receipt(first.id);
    if (receipt.state === "failed") throw new Error(`${label}: the chain refused the act (${receipt.reason})`);
    if (receipt.state !== "confirmed") return undefined;
    return { hash: receipt.transactionHash!, blockNumber: receipt.blockNumber! };
  },
});

/** A leaf of a Merkle batch on its way. */
export const anchorSource = (label: string, readAnchor: () => Promise<AnchorState>): TransactionSource => ({
  label,
  async read() {
    const anchor = await readAnchor();
    if (anchor.state === "failed") throw new Error(`${label}: its batch could not be anchored`);
    if (anchor.state !== "confirmed") return undefined;
    return { hash: anchor.transactionHash!, blockNumber: anchor.blockNumber! };
  },
});
