import { DomainError } from "../../lib/errors.ts";
import type { ResourceInput } from "./resource-schemas.ts";
import type { Pull, ResourceDocument, Table } from "./resource-store.ts";
import type { Sealing } from "./sealing.ts";
import type { Secrets } from "./source-reader.ts";

/** Where the secrets go: kept ones are never sent anywhere else. */
function destinationOf({ pull, table }: { pull?: Pull | undefined; table?: Table | undefined }): string {
  if (pull) return new URL(pull.url).origin;
  return table ? JSON.stringify([table.engine, table.host, table.port, table.user, table.tls, table.ca]) : "";
}

export const openSecrets = (sealing: Sealing, resource: ResourceDocument): Secrets =>
  resource.sealedSecrets ? (JSON.parse(sealing.open(resource.sealedSecrets, resource._id)) as Secrets) : {};

/** Parts what may be shown from what may not; what isn't entered again is taken from what is kept. */
export function separateSecrets(
  input: ResourceInput,
  before: ResourceDocument | undefined,
  sealing: Sealing,
): { pull?: Pull | undefined; table?: Table | undefined; secrets: Secrets } {
  const { headers, ...pullRest } = input.pull ?? { headers: [] };
  const { password, ...tableRest } = input.table ?? {};
  const pull = input.pull ? ({ ...pullRest, headers: headers.map(({ name }) => ({ name })) } as Pull) : undefined;
  const table = input.table ? (tableRest as Table) : undefined;
  const kept = before ? openSecrets(sealing, before) : {};
  const stays = before !== undefined && destinationOf(before) === destinationOf({ pull, table });
  const takeKept = (field: string, value: string | undefined): string => {
    if (value !== undefined && stays) return value;
    throw new DomainError("source.secretNeeded", "a value is needed: none is kept for this destination", {
      status: 422,
      field,
      fix: "enter the value again",
    });
  };
  if (pull) {
    const entries = headers.map(
      ({ name, value }, index) =>
        [name, value ?? takeKept(`resource.pull.headers.${index}.value`, kept.headers?.[name])] as const,
    );
    return { pull, secrets: entries.length > 0 ? { headers: Object.fromEntries(entries) } : {} };
  }
  if (table && password === undefined && kept.password !== undefined) {
    return { table, secrets: { password: takeKept("resource.table.password", kept.password) } };
  }
  return { ...(table ? { table } : {}), secrets: password ? { password } : {} };
}

export const sealSecrets = (sealing: Sealing, secrets: Secrets, id: string): string | undefined =>
  Object.keys(secrets).length > 0 ? sealing.seal(JSON.stringify(secrets), id) : undefined;
