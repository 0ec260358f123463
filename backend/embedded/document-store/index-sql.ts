import { type Collection, freshTable, type Index, indexTable, tableOf } from "./catalog.ts";

/**
 * SQL for the keys of an index (as i) that fit, in the order and number that the tail says: those in the file, and with
 * them those that still wait in memory (FreshKeys).
 */
export function keysSql(c: Collection, index: Index, withFresh: boolean, where: string, tail: string): string {
  const from = (table: string): string => `SELECT i.k, i.r FROM ${table} i WHERE ${where} ${tail}`;
  if (index.id === 0) return from(tableOf(c));
  const settled = from(indexTable(index));
  if (!withFresh) return settled;
  const both = `SELECT * FROM (${settled}) UNION ALL SELECT * FROM (${from(freshTable(index))})`;
  return `SELECT i.k, i.r FROM (${both}) i ${tail}`;
}

/** The same with the documents. */
export function rowsSql(
  c: Collection,
  index: Index,
  withFresh: boolean,
  where: string,
  order: string,
  limit: string,
): string {
  if (index.id === 0) return `SELECT i.k, i.r, i.d FROM ${tableOf(c)} i WHERE ${where} ${order} ${limit}`;
  const join = `CROSS JOIN ${tableOf(c)} c ON c.r = i.r`;
  if (!withFresh) return `SELECT i.k, i.r, c.d FROM ${indexTable(index)} i ${join} WHERE ${where} ${order} ${limit}`;
  return `SELECT i.k, i.r, c.d FROM (${keysSql(c, index, true, where, `${order} ${limit}`)}) i ${join} ${order}`;
}
