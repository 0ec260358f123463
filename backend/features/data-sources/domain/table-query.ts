import type { RowRules } from "./source-rows.ts";

export type Engine = "postgresql" | "mysql" | "sqlite";

export interface TableShape {
  readonly schema?: string | undefined;
  readonly table: string;
  /** Unique, and growing where there is no `updatedColumn`. */
  readonly keyColumn: string;
  /** With it, changed rows come again; without it only new ones do. */
  readonly updatedColumn?: string | undefined;
  /** Rows newer than so many seconds wait: who commits late then misses nobody's page. */
  readonly settleSeconds: number;
}

export interface TableQuery {
  readonly sql: string;
  readonly parameters: readonly string[];
  /** The columns that a page's cursor is made of. */
  readonly order: readonly string[];
}

const quoteWith = (mark: string) => (name: string) => {
  if (name.includes("\0")) throw new RangeError("a name holds a zero byte");
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
};
const QUOTES: Record<Engine, (name: string) => string> = {
  postgresql: quoteWith('"'),
  mysql: quoteWith("`"),
  sqlite: quoteWith('"'),
};
const PARAMETERS: Record<Engine, (index: number) => string> = {
  postgresql: (index) => `$${index + 1}`,
  mysql: () => "?",
  sqlite: (index) => `?${index + 1}`,
};
const SETTLED: Partial<Record<Engine, (column: string, seconds: number) => string>> = {
  postgresql: (column, seconds) => `${column} <= now() - make_interval(secs => ${seconds})`,
  mysql: (column, seconds) => `${column} <= NOW(6) - INTERVAL ${seconds} SECOND`,
};

export const orderColumns = ({ keyColumn, updatedColumn }: TableShape): string[] =>
  updatedColumn ? [updatedColumn, keyColumn] : [keyColumn];

/** The rows after a cursor in the order of the key: a page costs the same wherever it lies, which OFFSET doesn't. */
export function tableQuery(
  engine: Engine,
  shape: TableShape,
  { mapping, deletion }: RowRules,
  cursor: readonly string[] | null,
  limit: number,
): TableQuery {
  const quote = QUOTES[engine];
  const order = orderColumns(shape);
  const named = [...mapping.map(({ source }) => source), ...(deletion ? [deletion.source] : [])];
  const columns = mapping.length === 0 ? "*" : [...new Set([...named, ...order])].map(quote).join(", ");
  const place = (shape.schema ? [shape.schema, shape.table] : [shape.table]).map(quote).join(".");
  const conditions = order.map((column) => `${quote(column)} IS NOT NULL`);
  const parameters: string[] = [];
  if (cursor) {
    const parameter = (value: string) => PARAMETERS[engine](parameters.push(value) - 1);
    const [first, second] = order.map(quote) as [string, string | undefined];
    conditions.push(
      second === undefined
        ? `${first} > ${parameter(cursor[0]!)}`
        : // The first part alone lets the index be used.
          `${first} >= ${parameter(cursor[0]!)} AND (${first} > ${parameter(cursor[0]!)} OR ${second} > ${parameter(cursor[1]!)})`,
    );
  }
  const settled = shape.updatedColumn && shape.settleSeconds > 0 ? SETTLED[engine] : undefined;
  if (settled) conditions.push(settled(quote(shape.updatedColumn!), Math.trunc(shape.settleSeconds)));
  const sql = `SELECT ${columns} FROM ${place} WHERE ${conditions.join(" AND ")} ORDER BY ${order.map(quote).join(", ")} LIMIT ${Math.trunc(limit)}`;
  return { sql, parameters, order };
}
