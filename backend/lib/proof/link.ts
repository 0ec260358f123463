import { merkleLeaf } from "../merkle.ts";
import { type ContractName, domainOf, ruleOf, typesOf } from "./acts.ts";
import { type PackFault, type ProofPack, readPackValue, type SignedAct } from "./pack.ts";
import { actHash } from "./signed-act.ts";

/*
 * A proof in a link, short enough for a QR code: without the document, and without what a checker works out by itself.
 * The part after # stays in the browser.
 */

export const LINK_PATH = "/verify";
const MARK = "p=";
/** A link that unpacks to more than this is not one of ours. */
const LARGEST_BYTES = 256 * 1024;

type Json = { [key: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Leaves out what `refilled` puts back, and the documents. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened);
  if (!isObject(value)) return value;
  const left = "format" in value || "act" in value ? ["document"] : [];
  if ("primaryType" in value) left.push("domain", "types");
  if ("path" in value && "root" in value) left.push("leaf");
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (left.includes(key) ? [] : [[key, shortened(inner)]])),
  );
}

function refilled(pack: Json): Json {
  const contracts = isObject(pack.contracts) ? pack.contracts : {};
  const act = (value: unknown): SignedAct => {
    const primaryType = String((value as Json | undefined)?.primaryType);
    const contract = (ruleOf(primaryType)?.contract ?? "") as ContractName;
    const domain = domainOf(contract, Number(pack.chainId), String(contracts[contract]));
    return { ...(value as Json), domain, types: typesOf(primaryType) } as SignedAct;
  };
  const part = (value: unknown): Json => {
    const given = { ...(value as Json) };
    if (given.act) given.act = act(given.act);
    if (given.endorsement) given.endorsement = act(given.endorsement);
    if (isObject(given.anchor)) {
      const committed = given.act ? actHash(given.act as SignedAct) : String(given.commitment);
      given.anchor = { ...given.anchor, leaf: merkleLeaf(committed) };
    }
    return given;
  };
  const names = ["request", "bid", "award", "grant"].filter((name) => isObject(pack[name]));
  return { ...part(pack), ...Object.fromEntries(names.map((name) => [name, part(pack[name])])) };
}

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of iterate(source.pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>))) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw new RangeError("too large");
    chunks.push(chunk);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

// Not every browser lets a stream be iterated over.
async function* iterate(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));

/** What comes after # in a link. Throws RangeError when the pack is too large for any link. */
export async function fragmentOf(pack: ProofPack): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(shortened(pack)));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  return `#${MARK}${toBase64Url(packed)}`;
}

export const linkOf = async (origin: string, pack: ProofPack): Promise<string> =>
  `${origin}${LINK_PATH}${await fragmentOf(pack)}`;

/** Denser codes are hard to read off a screen. */
const LONGEST_QR_LINK = 1_900;

/** The link for a QR code: of a grant whose whole way is too much for one, the grant itself. */
export async function qrLinkOf(origin: string, pack: ProofPack): Promise<string> {
  const link = await linkOf(origin, pack);
  if (link.length <= LONGEST_QR_LINK || pack.format !== "rongqiao-grant-proof/2") return link;
  const { chainId, genesisHash, contracts, grant } = pack;
  const { participants, financing } = contracts;
  return linkOf(origin, {
    format: "rongqiao-act-proof/2",
    chainId,
    genesisHash,
    contracts: { participants, financing },
    ...grant,
  });
}

/** The proof in a link, or in what comes after its #; undefined when there is none in it. */
export async function packInLink(link: string): Promise<{ pack: ProofPack } | { fault: PackFault } | undefined> {
  const fragment = link.slice(link.indexOf("#") + 1);
  if (!link.includes("#") || !fragment.startsWith(MARK)) return undefined;
  try {
    const bytes = await through(fromBase64Url(fragment.slice(MARK.length)), new DecompressionStream("deflate-raw"));
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
    return isObject(value) ? readPackValue(refilled(value)) : { fault: "broken" };
  } catch {
    return { fault: "broken" };
  }
}
