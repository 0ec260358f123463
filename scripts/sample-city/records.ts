import type { City, RowsByCatalog } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import { randomOf } from "./random.ts";
import { assetRows } from "./records-assets.ts";
import { behaviourRows } from "./records-behaviour.ts";
import { environmentRows } from "./records-environment.ts";
import { innovationRows } from "./records-innovation.ts";
import { justiceRows } from "./records-justice.ts";
import { operationRows } from "./records-operation.ts";
import { propertyRows } from "./records-property.ts";
import { registerRows } from "./records-registers.ts";
import { ruralRows } from "./records-rural.ts";
import { taxRows } from "./records-tax.ts";
import { traitsOf } from "./traits.ts";

/** Of a small trader the city knows little: no series of months, no statements. */
const LITTLE_KNOWN_TAX = 2;

/**
 * All that the departments know about one enterprise. A stream of chance for each part: a change in one leaves the
 * others' figures as they were.
 */
export function rowsOf(enterprise: Enterprise, city: City, wellKnown = true): RowsByCatalog {
  const stream = (part: string) => randomOf(city.seed, part, enterprise.uscc);
  const traits = traitsOf(enterprise, city, stream("traits"));
  const assets = assetRows(enterprise, city, stream("assets"));
  const operation = operationRows(enterprise, city, stream("operation"));
  const tax = taxRows(enterprise, city, stream("tax"), traits);
  const rows: RowsByCatalog = {
    ...assets,
    ...behaviourRows(enterprise, city, stream("behaviour")),
    ...registerRows(enterprise, city, stream("registers"), traits),
    ...justiceRows(enterprise, city, stream("justice"), traits),
  };
  if (!wellKnown) {
    const payments = operation["tax-payments"]?.slice(-LITTLE_KNOWN_TAX) ?? [];
    return { ...rows, "tax-registration": tax["tax-registration"] ?? [], "tax-payments": payments };
  }
  return {
    ...rows,
    ...operation,
    ...tax,
    ...propertyRows(enterprise, city, stream("property"), traits, assets["real-estate"] ?? []),
    ...innovationRows(enterprise, city, stream("innovation"), traits),
    ...environmentRows(enterprise, city, stream("environment"), traits),
    ...ruralRows(enterprise, city, stream("rural"), traits, assets.vehicles ?? []),
  };
}
