/*
 * Which contracts a checker trusts. A pack names its contracts itself, and a forger would name some of his own: so the
 * trusted ones come from elsewhere.
 */

export interface Trust {
  readonly chainId?: number | undefined;
  readonly genesisHash?: string | undefined;
  /** Addresses of trusted contracts, lower case. */
  readonly addresses: ReadonlySet<string>;
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Addresses as people type them: with commas, spaces or lines between. Throws RangeError on anything else. */
export function trustInAddresses(text: string): Trust {
  const addresses = text.split(/[\s,;]+/).filter(Boolean);
  for (const address of addresses) if (!ADDRESS.test(address)) throw new RangeError(`not an address: ${address}`);
  if (addresses.length === 0) throw new RangeError("no address");
  return { addresses: new Set(addresses.map((address) => address.toLowerCase())) };
}

function addressesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === "string" && ADDRESS.test(value)) found.add(value.toLowerCase());
  else if (value && typeof value === "object") for (const inner of Object.values(value)) addressesIn(inner, found);
  return found;
}

/**
 * A file of deployments: one, or several by chain id. All addresses below the chain's own entry count. Throws RangeError
 * when the file has nothing for this chain.
 */
export function trustInDeployments(file: unknown, chainId: number): Trust {
  const byChain = (file as Record<string, unknown> | null)?.[String(chainId)];
  const entry = (byChain ?? file) as { chainId?: unknown; genesisHash?: unknown } | null;
  if (entry === null || typeof entry !== "object") throw new RangeError("not a file of deployments");
  if (byChain === undefined && Number(entry.chainId) !== chainId)
    throw new RangeError(`no deployment on the chain with id ${chainId}`);
  const addresses = addressesIn(entry);
  if (addresses.size === 0) throw new RangeError("no address in the deployment");
  return { chainId, addresses, ...(typeof entry.genesisHash === "string" ? { genesisHash: entry.genesisHash } : {}) };
}

/** Contracts that a pack names and that aren't among the trusted ones. */
export const untrusted = (trust: Trust, contracts: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(contracts).flatMap(([name, address]) =>
    address && !trust.addresses.has(address.toLowerCase()) ? [`${name}: ${address}`] : [],
  );
