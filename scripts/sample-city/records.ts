import type { City, RowMaker, RowsByCatalog } from "./city.ts";
import type { Enterprise } from "./enterprise.ts";
import { randomOf } from "./random.ts";
import { assetRows } from "./records-assets.ts";
import { behaviourRows } from "./records-behaviour.ts";
import { operationRows } from "./records-operation.ts";

/** All that the departments know about one enterprise. */
export function rowsOf(enterprise: Enterprise, city: City): RowsByCatalog {
  const makers: readonly (readonly [string, RowMaker])[] = [
    ["operation", operationRows],
    ["assets", assetRows],
    ["behaviour", behaviourRows],
  ];
  // A stream of chance for each part: a change in one leaves the others' figures as they were.
  return Object.assign(
    {},
    ...makers.map(([part, make]) => make(enterprise, city, randomOf(city.seed, part, enterprise.uscc))),
  );
}
