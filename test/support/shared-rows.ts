import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { Api } from "../../scripts/client/api.ts";
import { storedBatch } from "./batches.ts";
import type { RunningServer } from "./server.ts";

/** A row by the names of its fields, its cells as a department writes them. */
export type SharedRow = Readonly<Record<string, string>>;

const sessions = new Map<string, Promise<Api>>();

/** The session of the department with this code: one of the sample city's own accounts. */
export function departmentApi(server: RunningServer, departmentCode: string): Promise<Api> {
  const name = `${server.url}|${departmentCode}`;
  const known = sessions.get(name);
  if (known) return known;
  const opened = (async () => {
    const account = server.demoAccounts.find(({ username }) => username === `dept-${departmentCode}`);
    if (!account) throw new Error(`the sample city has no account of ${departmentCode}`);
    const api = new Api(server.url);
    return api.as((await api.login(account.username, account.password)).token);
  })();
  sessions.set(name, opened);
  return opened;
}

/** Shares rows through the departments' own door, and waits until they can be read. */
export async function shareRows(
  server: RunningServer,
  rows: Readonly<Record<string, readonly SharedRow[]>>,
): Promise<void> {
  const sent = Object.entries(rows).map(async ([catalogId, list]) => {
    const { departmentCode, fields } = standardCatalog(catalogId);
    const headingOf = new Map(fields.map(({ name, label }) => [name, label.zh]));
    const lines = list.map((row) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(row).map(([name, cell]) => {
            const heading = headingOf.get(name);
            if (!heading) throw new Error(`${catalogId} has no field ${name}`);
            return [heading, cell];
          }),
        ),
      ),
    );
    const api = await departmentApi(server, departmentCode);
    const file = `${catalogId}-${Date.now()}-${Math.random()}.ndjson`;
    const { id } = await api.upload(catalogId, file, Buffer.from(`${lines.join("\n")}\n`));
    await storedBatch(api, id, list.length);
  });
  await Promise.all(sent);
}
