import { connect } from "node:net";
import mysql from "mysql2/promise";
import type { RowRules } from "../domain/source-rows.ts";
import { type TableShape, tableQuery } from "../domain/table-query.ts";
import { type SourcePage, tableFault, tablePage } from "./source-page.ts";
import { type TablePlace, tlsOptions } from "./table-source.ts";

export async function readMysql(
  place: TablePlace,
  shape: TableShape,
  rules: RowRules,
  cursor: readonly string[] | null,
  limit: number,
): Promise<SourcePage> {
  const { sql, parameters, order } = tableQuery("mysql", shape, rules, cursor, limit);
  const { host, address, port } = place.target;
  let connection: mysql.Connection | undefined;
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    connection?.destroy();
  }, place.timeoutMs + 2_000);
  try {
    connection = await mysql.createConnection({
      host,
      port,
      // To the address that was checked; the name is for the certificate.
      stream: () => connect({ host: address, port, timeout: place.timeoutMs }),
      database: place.database,
      user: place.user,
      password: place.password,
      connectTimeout: place.timeoutMs,
      charset: "utf8mb4",
      rowsAsArray: true,
      multipleStatements: false,
      // Every value as the server writes it: numbers keep their digits, times their microseconds.
      typeCast: (field: { string(): string | null }) => field.string(),
      ...(place.tls === "off" ? {} : { ssl: { ...tlsOptions(place), verifyIdentity: place.tls === "verify" } }),
    });
    connection.on("error", () => undefined);
    const [[version]] = (await connection.query("SELECT VERSION()")) as unknown as [[[string]]];
    const isMaria = /maria/i.test(version[0]);
    // The mode says how quotes are escaped: that must not be another than the driver's.
    await connection.query("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'");
    await connection.query(
      isMaria
        ? `SET SESSION max_statement_time = ${place.timeoutMs / 1000}`
        : `SET SESSION max_execution_time = ${Math.trunc(place.timeoutMs)}`,
    );
    await connection.query("START TRANSACTION READ ONLY");
    const [rows, fields] = (await connection.query(sql, [...parameters])) as unknown as [
      (string | null)[][],
      { name: string }[],
    ];
    await connection.query("ROLLBACK");
    return tablePage(
      { columns: fields.map(({ name }) => name), rows },
      order,
      limit,
      shape.updatedColumn !== undefined,
    );
  } catch (error) {
    if (overdue) throw tableFault(new Error("no answer in time"), undefined);
    const { code, sqlState } = error as { code?: string; sqlState?: string };
    throw code?.startsWith("source.") ? error : tableFault(error, sqlState);
  } finally {
    clearTimeout(timer);
    await connection?.end().catch(() => connection?.destroy());
  }
}
