import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../backend/config.ts";
import type { ResourceView } from "../../backend/features/data-sources/resource-schemas.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { startServer } from "../../backend/main.ts";
import { Api } from "../../scripts/client/api.ts";

export const CATALOG = "business-licences";
export const USCC = makeUscc("9", "1", "530402", "MA7T0001");

/** A row as a department's system has it, with names of its own. */
export const licence = (number: string, more: Record<string, unknown> = {}) => ({
  code: USCC,
  type: "食品经营许可证",
  no: number,
  since: "2025-03-05",
  state: "有效",
  ...more,
});
export const MAPPING = [
  { source: "code", field: "uscc" },
  { source: "type", field: "kind" },
  { source: "no", field: "licenceNo" },
  { source: "since", field: "validFrom" },
  { source: "state", field: "status" },
];

export interface Answer<T> {
  status: number;
  body: T;
}

export interface Caller {
  get<T>(path: string): Promise<Answer<T>>;
  post<T>(path: string, body?: unknown): Promise<Answer<T>>;
}

export interface SourcesServer {
  url: string;
  sqliteDir: string;
  /** The department that the licences are of, another one, and the regulator. */
  market: Caller;
  /** The same department's header, for what isn't JSON. */
  marketAuthorization: string;
  others: Caller;
  regulator: Caller;
  anyone: Caller;
  api: Api;
  /** A demo account of a role; the department is the licences'. */
  account(role: "department" | "regulator"): { username: string; password: string };
  stop(): Promise<void>;
}

const answerOf = async <T>(response: Response): Promise<Answer<T>> => ({
  status: response.status,
  body: (await response.json().catch(() => undefined)) as T,
});

export function callerOf(url: string, token?: string): Caller {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return {
    get: async (path) => answerOf(await fetch(`${url}/api/v1${path}`, { headers })),
    post: async (path, body) =>
      answerOf(
        await fetch(`${url}/api/v1${path}`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(body ?? {}),
        }),
      ),
  };
}

/** A whole server that may call this machine, and has a folder of SQLite files. */
export async function startSourcesServer(): Promise<SourcesServer> {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-sources-"));
  const sqliteDir = join(folder, "sqlite");
  mkdirSync(sqliteDir);
  const options = [
    "--data-dir",
    join(folder, "data"),
    "--port",
    "0",
    "--sample-enterprises",
    "60",
    "--log-level",
    "error",
  ];
  const server = await startServer(
    readConfig({}, [...options, "--outbound-allow", "127.0.0.1:*", "--sqlite-dir", sqliteDir]),
  );
  const api = new Api(server.url);
  const signIn = async (find: (account: { role: string; username: string }) => boolean) => {
    const { username, password } = server.demoAccounts.find(find)!;
    const { token } = await api.login(username, password);
    return { token, caller: callerOf(server.url, token) };
  };
  const isMarket = ({ username }: { username: string }) => username.startsWith("dept-market");
  const market = await signIn(({ role, username }) => role === "department" && isMarket({ username }));
  return {
    url: server.url,
    sqliteDir,
    market: market.caller,
    marketAuthorization: `Bearer ${market.token}`,
    others: (await signIn((account) => account.role === "department" && !isMarket(account))).caller,
    regulator: (await signIn(({ role }) => role === "regulator")).caller,
    anyone: callerOf(server.url),
    api: api.as(market.token),
    account: (role) =>
      server.demoAccounts.find((one) => one.role === role && (role !== "department" || isMarket(one)))!,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const resourceBody = (set: Record<string, unknown> = {}) => ({
  catalogId: CATALOG,
  kind: "push",
  name: "证照推送",
  owner: "信息中心",
  mapping: MAPPING,
  ...set,
});

/** Registers a resource; with a key of its own where it is pushed. */
export async function register(caller: Caller, set: Record<string, unknown> = {}): Promise<ResourceView> {
  const made = await caller.post<ResourceView>("/data-resources", resourceBody(set));
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
}

export async function activate(caller: Caller, id: string): Promise<ResourceView> {
  const done = await caller.post<ResourceView>(`/data-resources/${id}/activation`);
  if (done.status !== 200) throw new Error(JSON.stringify(done.body));
  return done.body;
}

export interface Machine {
  readonly keyId: string;
  readonly algorithm: "ed25519" | "hmac-sha256";
  readonly key: KeyObject | Buffer;
}

export async function addEd25519(caller: Caller, id: string): Promise<Machine & { pem: string }> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const added = await caller.post<{ id: string }>(`/data-resources/${id}/credentials`, {
    algorithm: "ed25519",
    label: "前置机",
    publicKey: pem,
  });
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  return {
    keyId: added.body.id,
    algorithm: "ed25519",
    key: privateKey,
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

export interface Sending {
  method?: string;
  path: string;
  body?: string | Buffer;
  created?: number;
  components?: string[];
  parameters?: string;
  headers?: Record<string, string>;
  /** What is really sent, where that is not what is signed. */
  sentBody?: string | Buffer;
  sentPath?: string;
}

/** An RFC 9421 request as docs/data-sources.md describes it; every part can be made wrong. */
export async function send<T>(url: string, machine: Machine, sending: Sending): Promise<Answer<T>> {
  const { path, body, method = body === undefined ? "GET" : "POST" } = sending;
  const target = `/api/v1${path}`;
  const [pathname, query = ""] = target.split("?");
  const digest = body === undefined ? "" : `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  const values: Record<string, string> = {
    "@method": method,
    "@path": pathname!,
    "@query": `?${query}`,
    "content-digest": digest,
  };
  const components = sending.components ?? [
    "@method",
    "@path",
    "@query",
    ...(body === undefined ? [] : ["content-digest"]),
  ];
  const created = sending.created ?? Math.floor(Date.now() / 1000);
  const tail = sending.parameters ?? `;created=${created};keyid="${machine.keyId}";alg="${machine.algorithm}"`;
  const params = `(${components.map((name) => `"${name}"`).join(" ")})${tail}`;
  const base = [...components.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${params}`].join("\n");
  const signature = Buffer.isBuffer(machine.key)
    ? createHmac("sha256", machine.key).update(base).digest()
    : sign(null, Buffer.from(base), machine.key);
  const sent = sending.sentBody ?? body;
  const response = await fetch(`${url}/api/v1${sending.sentPath ?? path}`, {
    method,
    headers: {
      "signature-input": `sig=${params}`,
      signature: `sig=:${signature.toString("base64")}:`,
      ...(body === undefined ? {} : { "content-digest": digest, "content-type": "application/octet-stream" }),
      ...sending.headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  return answerOf<T>(response);
}
