/*
 * The part of RFC 9421 (HTTP Message Signatures) and RFC 9530 (Digest Fields) that pushing uses: one signature, components
 * without parameters, a sha-256 digest of the content.
 */

export interface SignatureInput {
  readonly label: string;
  readonly components: readonly string[];
  /** Everything after "label=", as it is signed. */
  readonly parameters: string;
  readonly created?: number;
  readonly expires?: number;
  readonly keyId?: string;
  readonly algorithm?: string;
}

const LIST =
  /^([a-z*][a-z0-9_.*-]*)=(\(((?:"[a-z0-9@-]+"(?: +"[a-z0-9@-]+")*)?)\)((?:; ?[a-z]+=(?:\d{1,15}|"[ !#-[\]-~]*"))*))$/;
const PARAMETER = /; ?([a-z]+)=(?:(\d{1,15})|"([ !#-[\]-~]*)")/g;

/** Undefined where it is not one signature of this form. */
export function parseSignatureInput(header: string): SignatureInput | undefined {
  const found = LIST.exec(header.trim());
  if (!found) return undefined;
  const [, label, parameters, list, tail] = found as unknown as [string, string, string, string, string];
  const given = new Map([...tail.matchAll(PARAMETER)].map(([, name, number, text]) => [name!, number ?? text!]));
  const numberOf = (name: string) => (given.has(name) ? Number(given.get(name)) : undefined);
  const [created, expires] = [numberOf("created"), numberOf("expires")];
  const [keyId, algorithm] = [given.get("keyid"), given.get("alg")];
  return {
    label,
    components: [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name!),
    parameters,
    ...(created === undefined ? {} : { created }),
    ...(expires === undefined ? {} : { expires }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
}

/** The bytes under a label in a Signature header or under an algorithm in a Content-Digest header. */
export function byteSequence(header: string, label: string): string | undefined {
  for (const member of header.split(",")) {
    const found = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):\s*$/.exec(member);
    if (found?.[1] === label) return found[2];
  }
  return undefined;
}

export interface SignedMessage {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  header(name: string): string | undefined;
}

/** What is signed. Undefined where a component is not there. */
export function signatureBase(message: SignedMessage, { components, parameters }: SignatureInput): string | undefined {
  const at = message.target.indexOf("?");
  const derived: Readonly<Record<string, string | undefined>> = {
    "@method": message.method,
    "@path": at < 0 ? message.target : message.target.slice(0, at),
    "@query": at < 0 ? "?" : message.target.slice(at),
    "@authority": message.header("host")?.toLowerCase(),
  };
  const lines: string[] = [];
  for (const name of components) {
    const value = name.startsWith("@") ? derived[name] : message.header(name);
    if (value === undefined || components.indexOf(name) !== components.lastIndexOf(name)) return undefined;
    lines.push(`"${name}": ${value.trim()}`);
  }
  return [...lines, `"@signature-params": ${parameters}`].join("\n");
}
