import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

export const MECHANISM = "SCRAM-SHA-256";
const ITERATIONS = 15_000;
const SALT_BYTES = 28;
const NONCE_BYTES = 24;

export interface Credentials {
  user: string;
  password: string;
}

/** What is kept of a password (RFC 5802): enough to check a proof, not to log in elsewhere. */
export interface Account {
  user: string;
  salt: Buffer;
  storedKey: Buffer;
  serverKey: Buffer;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (b: Buffer): Buffer => createHash("sha256").update(b).digest();
const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Other characters would need SASLprep, on which clients differ. */
const PRINTABLE = /^[\x20-\x7e]+$/;

export function makeAccount({ user, password }: Credentials): Account {
  if (!PRINTABLE.test(user)) throw new Error("the document store's user name must be printable ASCII characters");
  if (!PRINTABLE.test(password)) throw new Error("the document store's password must be printable ASCII characters");
  return derive(user, password);
}

function derive(user: string, password: string): Account {
  const salt = randomBytes(SALT_BYTES);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  return {
    user,
    salt,
    storedKey: sha256(hmac(salted, "Client Key")),
    serverKey: hmac(salted, "Server Key"),
  };
}

/** The fields of a SCRAM message, in order: `n=user,r=nonce`. */
function fieldsOf(message: string, ...names: string[]): string[] | undefined {
  const parts = message.split(",");
  const found = names.map((name, i) => (parts[i]?.startsWith(`${name}=`) ? parts[i].slice(2) : undefined));
  return found.includes(undefined) ? undefined : (found as string[]);
}

/**
 * The server's side of one login. An unknown user goes through the same steps with keys that no password fits,
 * so that a client can't tell it from a wrong password.
 */
export class Conversation {
  readonly user: string;
  /** The server's first message. */
  readonly challenge: string;
  readonly skipEmptyExchange: boolean;
  readonly #account: Account;
  readonly #known: boolean;
  readonly #nonce: string;
  readonly #firstBare: string;
  readonly #header: string;
  /** The proof was right; an empty exchange may still follow. */
  verified = false;

  private constructor(account: Account, header: string, firstBare: string, skipEmptyExchange: boolean) {
    const [name, clientNonce] = fieldsOf(firstBare, "n", "r") as [string, string];
    this.user = name.replaceAll("=2C", ",").replaceAll("=3D", "=");
    this.#known = same(sha256(Buffer.from(this.user)), sha256(Buffer.from(account.user)));
    this.#account = this.#known ? account : stranger(account, this.user);
    this.#nonce = clientNonce + randomBytes(NONCE_BYTES).toString("base64");
    this.#header = header;
    this.#firstBare = firstBare;
    this.challenge = `r=${this.#nonce},s=${this.#account.salt.toString("base64")},i=${ITERATIONS}`;
    this.skipEmptyExchange = skipEmptyExchange;
  }

  /** Undefined when the message isn't a client's first one; channel binding is not offered. */
  static start(account: Account, message: string, skipEmptyExchange: boolean): Conversation | undefined {
    const header = /^[ny],,/.exec(message)?.[0];
    if (header === undefined || !fieldsOf(message.slice(header.length), "n", "r")?.[1]) return undefined;
    return new Conversation(account, header, message.slice(header.length), skipEmptyExchange);
  }

  /** The server's last message if the client's proof is right. */
  finish(message: string): string | undefined {
    const fields = fieldsOf(message, "c", "r", "p");
    const at = message.lastIndexOf(",p=");
    if (!fields || at < 0) return undefined;
    const [binding, nonce, proof] = fields as [string, string, string];
    if (binding !== Buffer.from(this.#header).toString("base64") || nonce !== this.#nonce) return undefined;
    const auth = `${this.#firstBare},${this.challenge},${message.slice(0, at)}`;
    const signature = hmac(this.#account.storedKey, auth);
    const given = Buffer.from(proof, "base64");
    if (given.length !== signature.length) return undefined;
    const clientKey = Buffer.from(given.map((b, i) => b ^ signature[i]!));
    this.verified = same(sha256(clientKey), this.#account.storedKey) && this.#known;
    return this.verified ? `v=${hmac(this.#account.serverKey, auth).toString("base64")}` : undefined;
  }
}

/** Keys for a name that has none: always the same salt for the same name, as a real user's would be. */
function stranger(account: Account, user: string): Account {
  const salt = hmac(account.serverKey, user).subarray(0, SALT_BYTES);
  return { user, salt, storedKey: sha256(salt), serverKey: sha256(account.serverKey) };
}
