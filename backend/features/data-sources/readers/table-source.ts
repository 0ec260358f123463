import type { Target } from "../outbound/allow-list.ts";

/** Where a table is, with its password opened. */
export interface TablePlace {
  readonly target: Target;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** off: plain · encrypt: whoever answers · verify: its certificate must be good for its name. */
  readonly tls: "off" | "encrypt" | "verify";
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
}

export const tlsOptions = ({ tls, ca, target }: TablePlace) => ({
  rejectUnauthorized: tls === "verify",
  servername: target.host === target.address ? "" : target.host,
  ...(ca ? { ca } : {}),
});
