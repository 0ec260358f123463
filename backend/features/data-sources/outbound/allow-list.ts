import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { DomainError } from "../../../lib/errors.ts";

/** An address that was looked up and may be connected to, with the name that certificates are checked against. */
export interface Target {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

export interface AllowList {
  /** Throws outbound.notAllowed. Connect to the address that it answers: a second look-up could lead elsewhere. */
  resolve(host: string, port: number, defaultPort: number): Promise<Target>;
}

export type LookUp = (host: string) => Promise<readonly string[]>;

interface Entry {
  readonly host: string;
  /** Absent: the usual port of the protocol. */
  readonly port?: number | "any";
  /** Addresses that the name may stand for though they are not public. */
  readonly network?: BlockList;
}

const V4_SPECIAL = [
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24",
  "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3",
].flatMap((line) => line.split(" "));
const V6_SPECIAL = "::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16".split(
  " ",
);
const V6_LOCAL = "fc00::/7 fe80::/10 fec0::/10 ff00::/8".split(" ");

function networkOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address, prefix] = range.split("/") as [string, string | undefined];
    const family = isIP(address);
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    if (family === 0 || !Number.isInteger(bits) || bits < 0) throw new RangeError(`${range} is no network`);
    list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

const V4_NOT_PUBLIC = networkOf(V4_SPECIAL);
const V6_NOT_PUBLIC = networkOf([...V6_SPECIAL, ...V6_LOCAL]);
// Two lists: a v4 range would be found in a v6 address that maps it, which is refused whole.
const isPublic = (address: string): boolean =>
  isIP(address) === 4 ? !V4_NOT_PUBLIC.check(address, "ipv4") : !V6_NOT_PUBLIC.check(address, "ipv6");

/** Lower case, without brackets or a dot at the end. Numbers that systems read as addresses (0x7f.1) are refused later. */
const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");

function parseEntry(text: string): Entry {
  const [place, range, ...more] = text.split("=");
  const found = /^(\[[0-9a-f:.]+\]|[^:[\]/\s]+)(?::(\d{1,5}|\*))?$/i.exec(place ?? "");
  if (!found?.[1] || more.length > 0) throw new RangeError(`"${text}" is no host[:port][=network]`);
  const port = found[2] === undefined ? undefined : found[2] === "*" ? "any" : Number(found[2]);
  if (typeof port === "number" && (port < 1 || port > 65_535)) throw new RangeError(`"${text}" has no such port`);
  return {
    host: plainHost(found[1]),
    ...(port === undefined ? {} : { port }),
    ...(range === undefined ? {} : { network: networkOf([range]) }),
  };
}

/** A pattern of names means no address: "*.1" would let 127.0.0.1 in. */
const fits = (pattern: string, host: string): boolean =>
  pattern.startsWith("*.")
    ? isIP(host) === 0 && host.endsWith(pattern.slice(1)) && host.length >= pattern.length
    : pattern === host;

const systemLookUp: LookUp = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Entries: "host", "host:port", "host:*", "*.domain:port", each with "=network" where its address is not a public one, such
 * as "db.tax.internal:5432=10.20.0.0/16". An address itself needs no network: it says where it leads. Nothing else is let out.
 */
export function createAllowList(entries: readonly string[], lookUp: LookUp = systemLookUp): AllowList {
  const list = entries.map(parseEntry);
  const refuse = (why: string) =>
    new DomainError("outbound.notAllowed", why, {
      fix: "ask the operator to add the host to OUTBOUND_ALLOW (--outbound-allow)",
    });
  return {
    async resolve(written, port, defaultPort) {
      const host = plainHost(written);
      const family = isIP(host);
      if (
        family === 0 &&
        (!/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host) || /(^|\.)(0x[0-9a-f]+|\d+)$/.test(host))
      ) {
        throw refuse(`"${written}" is no host name`);
      }
      const allowed = list.filter(
        (entry) =>
          fits(entry.host, host) &&
          (entry.port === "any" || (entry.port === undefined ? port === defaultPort : entry.port === port)),
      );
      if (allowed.length === 0) throw refuse(`${host}:${port} is not among the addresses that may be called`);
      if (family !== 0) return { host, address: host, port };
      let addresses: readonly string[];
      try {
        addresses = await lookUp(host);
      } catch (error) {
        throw new DomainError("source.unreachable", `the name ${host} can't be resolved`, {
          cause: error,
          retry: true,
        });
      }
      const within = (address: string) =>
        allowed.some(({ network }) =>
          network ? network.check(address, isIP(address) === 4 ? "ipv4" : "ipv6") : isPublic(address),
        );
      // Every one of them: a name that leads to both sides is somebody's attempt.
      const wrong = addresses.find((address) => !within(address));
      if (addresses.length === 0 || wrong !== undefined) {
        throw refuse(`${host} leads to an address inside the network that it may not lead to`);
      }
      return { host, address: addresses[0]!, port };
    },
  };
}
