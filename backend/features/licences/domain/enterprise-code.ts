import { decodeBase64, encodeBase64, getBytes, hexlify, TypedDataEncoder, type TypedDataField } from "ethers";

/*
 * The enterprise code: what an enterprise allows whoever scans it to see, for a few minutes, signed with its own key in its
 * own browser. It is a line of text that fits a QR code; nobody else can make or change one, the platform neither.
 */

export interface EnterpriseCode {
  /** 16 random bytes as 0x and hex: names this one code. */
  readonly codeId: string;
  readonly uscc: string;
  /** Ids of catalogs of which the current records are shown; ALL_LICENCES for every licence. */
  readonly items: readonly string[];
  /** The id of the institution that alone may look; empty for anyone. */
  readonly audience: string;
  /** How often it may be looked at. */
  readonly views: number;
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export const ALL_LICENCES = "*";
export const MOST_ITEMS = 20;
export const MOST_VIEWS = 50;
export const DEFAULT_LIFETIME_SECONDS = 120;
export const MOST_LIFETIME_SECONDS = 600;
/** Clocks differ: a code from so far in the future is taken. */
const CLOCK_SKEW_SECONDS = 60;
const PREFIX = "RQC1";
const LONGEST = 2_000;

/** Facts that aren't licences and that a code may show too: what others have found of the enterprise. */
export const CODE_FACTS: readonly string[] = [
  "tax-credit-grades",
  "environmental-credit",
  "customs-credit",
  "credit-red-list",
];

const TYPES: Record<string, TypedDataField[]> = {
  EnterpriseCode: [
    { name: "codeId", type: "bytes16" },
    { name: "uscc", type: "string" },
    { name: "items", type: "string" },
    { name: "audience", type: "string" },
    { name: "views", type: "uint32" },
    { name: "issuedAt", type: "uint64" },
    { name: "expiresAt", type: "uint64" },
  ],
};

/** Where codes are signed for: one platform's code is nothing on another. `registry` is the ParticipantRegistry's. */
const domainOf = (chainId: number, registry: string) => ({
  name: "Rongqiao Codes",
  version: "1",
  chainId: BigInt(chainId),
  verifyingContract: registry,
});

const messageOf = (code: EnterpriseCode) => ({ ...code, items: code.items.join(",") });

/** The arguments of ethers' signTypedData. */
export const codeTypedData = (
  chainId: number,
  registry: string,
  code: EnterpriseCode,
): [ReturnType<typeof domainOf>, Record<string, TypedDataField[]>, Record<string, unknown>] => [
  domainOf(chainId, registry),
  TYPES,
  messageOf(code),
];

/** What is signed. */
export const codeDigest = (chainId: number, registry: string, code: EnterpriseCode): string =>
  TypedDataEncoder.hash(...codeTypedData(chainId, registry, code));

const toBase64Url = (hex: string): string =>
  encodeBase64(hex).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const fromBase64Url = (text: string): string => hexlify(decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/")));

/** The text of a code: signs that a link's fragment takes as they are. */
export const codeText = (code: EnterpriseCode, signature: string): string =>
  [
    PREFIX,
    toBase64Url(code.codeId),
    code.uscc,
    code.items.join(","),
    code.audience,
    code.views.toString(36),
    code.issuedAt.toString(36),
    (code.expiresAt - code.issuedAt).toString(36),
    toBase64Url(signature),
  ].join("~");

/** The link that a QR code holds: any camera leads to the page that looks, and the part behind # reaches no server's log. */
export const codeLink = (origin: string, text: string): string => `${origin}/code#${text}`;

const WHOLE = /^[0-9a-z]{1,9}$/;
const ITEM = /^(\*|[a-z][a-z0-9-]{0,60})$/;

function parse(text: string): { code: EnterpriseCode; signature: string } | undefined {
  const [prefix, id, uscc, items, audience, views, issued, life, signed, ...rest] = text.split("~");
  if (prefix !== PREFIX || rest.length > 0 || !id || !uscc || !items || audience === undefined || !signed) return;
  if (![views, issued, life].every((part) => WHOLE.test(part ?? ""))) return;
  const list = items.split(",");
  if (list.length > MOST_ITEMS || !list.every((item) => ITEM.test(item)) || !/^[0-9A-Za-z-]{0,60}$/.test(audience))
    return;
  const issuedAt = Number.parseInt(issued!, 36);
  const code = {
    codeId: fromBase64Url(id),
    uscc,
    items: list,
    audience,
    views: Number.parseInt(views!, 36),
    issuedAt,
    expiresAt: issuedAt + Number.parseInt(life!, 36),
  };
  const signature = fromBase64Url(signed);
  if (getBytes(code.codeId).length !== 16 || !/^[0-9A-Z]{18}$/.test(uscc)) return;
  return { code, signature };
}

/** Reads a code out of its text, or out of a link that ends with it; undefined for what is none. */
export function readCode(text: string): { code: EnterpriseCode; signature: string } | undefined {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return undefined;
  try {
    return parse(trimmed.slice(trimmed.lastIndexOf("#") + 1));
  } catch {
    return undefined; // base64 that is none
  }
}

export type CodeFault = "terms" | "early" | "expired" | "audience";

/** What forbids this reader to look at this time; how often it was looked at is the store's to count. */
export function faultOfCode(code: EnterpriseCode, readerId: string | undefined, now: Date): CodeFault | undefined {
  const seconds = now.getTime() / 1000;
  const lifetime = code.expiresAt - code.issuedAt;
  if (lifetime <= 0 || lifetime > MOST_LIFETIME_SECONDS || code.views < 1 || code.views > MOST_VIEWS) return "terms";
  if (code.issuedAt > seconds + CLOCK_SKEW_SECONDS) return "early";
  if (code.expiresAt <= seconds) return "expired";
  if (code.audience !== "" && code.audience !== readerId) return "audience";
  return undefined;
}
