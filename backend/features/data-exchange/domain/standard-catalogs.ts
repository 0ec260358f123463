import type { Catalog } from "./catalog.ts";
import { BEHAVIOUR_CATALOGS } from "./catalogs-behaviour.ts";
import { ENVIRONMENT_CATALOGS } from "./catalogs-environment.ts";
import { IDENTITY_CATALOGS } from "./catalogs-identity.ts";
import { INNOVATION_CATALOGS } from "./catalogs-innovation.ts";
import { JUSTICE_CATALOGS } from "./catalogs-justice.ts";
import { OPERATION_CATALOGS } from "./catalogs-operation.ts";
import { PEOPLE_CATALOGS } from "./catalogs-people.ts";
import { PROPERTY_CATALOGS } from "./catalogs-property.ts";
import { PUBLIC_MONEY_CATALOGS } from "./catalogs-public-money.ts";
import { QUALITY_CATALOGS } from "./catalogs-quality.ts";
import { REGISTRATION_CATALOGS } from "./catalogs-registration.ts";
import { RURAL_CATALOGS } from "./catalogs-rural.ts";
import { SUPPLY_CATALOGS } from "./catalogs-supply.ts";
import { TAX_CATALOGS } from "./catalogs-tax.ts";

export { STANDARD_DEPARTMENTS } from "./departments.ts";

/** The catalogs that a new installation starts with; departments edit theirs and register more. */
export const STANDARD_CATALOGS: readonly Catalog[] = [
  ...IDENTITY_CATALOGS,
  ...OPERATION_CATALOGS,
  ...BEHAVIOUR_CATALOGS,
  ...REGISTRATION_CATALOGS,
  ...QUALITY_CATALOGS,
  ...TAX_CATALOGS,
  ...PEOPLE_CATALOGS,
  ...JUSTICE_CATALOGS,
  ...PROPERTY_CATALOGS,
  ...INNOVATION_CATALOGS,
  ...ENVIRONMENT_CATALOGS,
  ...SUPPLY_CATALOGS,
  ...RURAL_CATALOGS,
  ...PUBLIC_MONEY_CATALOGS,
];

const byId = new Map(STANDARD_CATALOGS.map((catalog) => [catalog.id, catalog]));

export function standardCatalog(id: string): Catalog {
  const catalog = byId.get(id);
  if (!catalog) throw new RangeError(`no standard catalog ${id}`);
  return catalog;
}
