import type { ActName, Domain } from "../../contracts/typed-data.ts";
import { domainOf, type World } from "./world.ts";

/** Where a signature of the act must be useless: another chain, another contract, another version or name. */
export function foreignDomains(world: World, name: ActName): Domain[] {
  const own = domainOf(world, name);
  return [
    { ...own, chainId: own.chainId + 1n },
    { ...own, verifyingContract: world.addresses.relay },
    { ...own, version: "2" },
    { ...own, name: "Rongqiao Others" },
  ];
}
