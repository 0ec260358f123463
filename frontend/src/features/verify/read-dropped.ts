import { sha256 } from "ethers";
import type { ProfilePack } from "../../../../backend/features/profiles/profile-schemas.ts";
import { LARGEST_JSON_BYTES, type ShownDocument } from "../../../../backend/lib/proof/document.ts";
import { packInLink } from "../../../../backend/lib/proof/link.ts";
import {
  isProfile,
  LARGEST_PACK_BYTES,
  LARGEST_PROFILE_BYTES,
  type PackFault,
  type ProofPack,
  readPackValue,
} from "../../../../backend/lib/proof/pack.ts";

/* What a file that was dropped on the page is. Everything is read and hashed here: nothing leaves the browser. */

export type Dropped =
  | { kind: "pack"; name: string; pack: ProofPack }
  | { kind: "profile"; name: string; profile: ProfilePack }
  | { kind: "document"; name: string; document: ShownDocument }
  | { kind: "fault"; name: string; fault: PackFault | "tooLarge" | "noQr" | "noQrReader"; at?: string };

/** A browser takes a file in one piece; for more there is the command. */
const LARGEST_DOCUMENT_BYTES = 512 * 1024 * 1024;

interface BarcodeReader {
  detect(image: ImageBitmap): Promise<{ rawValue: string }[]>;
}
const barcodeReader = (): (new (options: { formats: string[] }) => BarcodeReader) | undefined =>
  (window as { BarcodeDetector?: new (options: { formats: string[] }) => BarcodeReader }).BarcodeDetector;

async function hexOfSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Only pages from a safe origin have the browser's own.
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `0x${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function documentOf(file: File): Promise<ShownDocument> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const digest = { sha256: await hexOfSha256(bytes), bytes: bytes.length };
  if (bytes.length > LARGEST_JSON_BYTES) return { file: digest };
  try {
    return { file: digest, json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown };
  } catch {
    return { file: digest };
  }
}

export async function readLink(link: string, name: string): Promise<Dropped | undefined> {
  const read = await packInLink(link);
  if (!read) return undefined;
  return "pack" in read ? { kind: "pack", name, pack: read.pack } : { kind: "fault", name, fault: read.fault };
}

async function readQr(file: File): Promise<Dropped | undefined> {
  const Reader = barcodeReader();
  if (!Reader) return { kind: "fault", name: file.name, fault: "noQrReader" };
  const codes = await new Reader({ formats: ["qr_code"] }).detect(await createImageBitmap(file));
  for (const { rawValue } of codes) {
    const found = await readLink(rawValue, file.name);
    if (found) return found;
  }
  return { kind: "fault", name: file.name, fault: "noQr" };
}

type Read = { pack: ProofPack } | { profile: ProfilePack } | { fault: PackFault; at?: string };

/** A file's text as a pack or an exported profile. */
async function readText(text: string): Promise<Read> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "notJson" };
  }
  if (isProfile(value)) return (await import("./profile-file.ts")).readProfilePack(value);
  return text.length > LARGEST_PACK_BYTES ? { fault: "unknownFormat" } : readPackValue(value);
}

/** Files that were dropped together: the pack first, then its document. */
export async function readAllDropped(files: readonly File[], withPack: boolean): Promise<Dropped[]> {
  const read = await Promise.all(files.map((file) => readDropped(file, false)));
  const isPack = ({ kind }: Dropped): boolean => kind === "pack" || kind === "profile";
  const packs = read.filter(isPack);
  if (packs.length === 0 && !withPack) return read;
  const rest = files.filter((_, i) => !isPack(read[i]!));
  return [...packs, ...(await Promise.all(rest.map((file) => readDropped(file, true))))];
}

/** `withPack`: a pack is there already, so that anything else is its document. */
async function readDropped(file: File, withPack: boolean): Promise<Dropped> {
  const { name, size } = file;
  if (size > LARGEST_DOCUMENT_BYTES) return { kind: "fault", name, fault: "tooLarge" };
  if (size <= LARGEST_PROFILE_BYTES && /json|text|^$/.test(file.type)) {
    const read = await readText(await file.text());
    if ("pack" in read) return { kind: "pack", name, pack: read.pack };
    if ("profile" in read) return { kind: "profile", name, profile: read.profile };
    if (!withPack || read.fault === "broken" || read.fault === "unknownVersion")
      return { kind: "fault", name, ...read };
  }
  if (file.type.startsWith("image/")) {
    const read = await readQr(file);
    if (read && (read.kind === "pack" || !withPack)) return read;
  }
  if (!withPack) return { kind: "fault", name, fault: "notJson" };
  return { kind: "document", name, document: await documentOf(file) };
}
