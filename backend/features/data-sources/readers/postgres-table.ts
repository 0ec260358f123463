import pg from "pg";
import type { RowRules } from "../domain/source-rows.ts";
import { type TableShape, tableQuery } from "../domain/table-query.ts";
import { type SourcePage, tableFault, tablePage } from "./source-page.ts";
import { type TablePlace, tlsOptions } from "./table-source.ts";

const BOOLEAN = 16;
const TIMES = new Set([1114, 1184]);
/** Every value as the server writes it: numbers keep their digits, times their microseconds. */
const asText = { getTypeParser: () => (text: unknown) => text } as unknown as pg.CustomTypesConfig;

export async function readPostgres(
  place: TablePlace,
  shape: TableShape,
  rules: RowRules,
  cursor: readonly string[] | null,
  limit: number,
): Promise<SourcePage> {
  const { sql, parameters, order } = tableQuery("postgresql", shape, rules, cursor, limit);
  const client = new pg.Client({
    host: place.target.address,
    port: place.target.port,
    database: place.database,
    user: place.user,
    password: place.password,
    ssl: place.tls === "off" ? false : tlsOptions(place),
    connectionTimeoutMillis: place.timeoutMs,
    query_timeout: place.timeoutMs + 2_000,
    application_name: "rongqiao",
  });
  // A connection that breaks between two queries tells it here; the query under way fails by itself.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.trunc(place.timeoutMs)}; SET LOCAL TimeZone = 'Asia/Shanghai'; SET LOCAL DateStyle = 'ISO'`,
    );
    const result = await client.query<(string | null)[]>({
      text: sql,
      values: [...parameters],
      rowMode: "array",
      types: asText,
    } as pg.QueryArrayConfig);
    await client.query("ROLLBACK");
    const types = result.fields.map(({ dataTypeID }) => dataTypeID);
    return tablePage(
      {
        columns: result.fields.map(({ name }) => name),
        rows: result.rows,
        shown: (column, text) =>
          types[column] === BOOLEAN
            ? String(text === "t")
            : TIMES.has(types[column]!)
              ? text.replace(/[+-]\d{2}(:?\d{2})*$/, "")
              : text,
      },
      order,
      limit,
      shape.updatedColumn !== undefined,
    );
  } catch (error) {
    const code = (error as { code?: string }).code;
    throw code?.startsWith("source.") ? error : tableFault(error, code);
  } finally {
    await client.end().catch(() => undefined);
  }
}
