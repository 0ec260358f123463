import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";

/**
 * Reads one page of a SQLite file in a process of its own: a query can't be stopped, but a process can.
 * Takes {path, sql, parameters} and writes {columns, rows}, each cell as [storage class, text] or null.
 */
const { path, sql, parameters } = JSON.parse(await text(process.stdin)) as {
  path: string;
  sql: string;
  parameters: [string, string][];
};

const bound = ([kind, value]: [string, string]) =>
  kind === "integer" ? BigInt(value) : kind === "real" ? Number(value) : value;

function cell(value: unknown): [string, string] | null {
  if (value === null) return null;
  if (typeof value === "bigint") return ["integer", value.toString()];
  if (typeof value === "number") return ["real", String(value)];
  return typeof value === "string" ? ["text", value] : ["blob", Buffer.from(value as Uint8Array).toString("hex")];
}

try {
  const database = new DatabaseSync(path, { readOnly: true, allowExtension: false });
  database.exec("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA busy_timeout = 2000");
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  const columns = statement.columns().map(({ name }) => name);
  statement.setReturnArrays(true);
  const rows = (statement.all(...parameters.map(bound)) as unknown as unknown[][]).map((row) => row.map(cell));
  database.close();
  process.stdout.write(JSON.stringify({ columns, rows }));
} catch (error) {
  process.stdout.write(JSON.stringify({ fault: (error as Error).message }));
}
