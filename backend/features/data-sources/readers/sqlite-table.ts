import { spawn } from "node:child_process";
import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { text } from "node:stream/consumers";
import { DomainError } from "../../../lib/errors.ts";
import type { RowRules } from "../domain/source-rows.ts";
import { type TableShape, tableQuery } from "../domain/table-query.ts";
import { passing } from "../outbound/http-request.ts";
import { type SourcePage, tablePage } from "./source-page.ts";

type Cell = [kind: string, text: string] | null;
type Answer = { columns: string[]; rows: Cell[][] } | { fault: string };

const SCRIPT = join(import.meta.dirname, "sqlite-process.ts");

/** The file's real path, if that lies in the folder: a link out of it doesn't count. */
async function fileWithin(folder: string | undefined, file: string): Promise<string> {
  if (!folder) {
    throw new DomainError("outbound.notAllowed", "SQLite files are not taken here", {
      fix: "ask the operator to name their folder in SQLITE_DIR (--sqlite-dir)",
    });
  }
  const notThere = () => new DomainError("source.table", `there is no file ${file} in the folder of SQLite files`);
  const root = await realpath(folder).catch(() => undefined);
  const path = root && (await realpath(join(root, file)).catch(() => undefined));
  if (!root || !path?.startsWith(root + sep)) throw notThere();
  return path;
}

async function ask(question: object, timeoutMs: number): Promise<Answer> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", SCRIPT], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {},
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(question));
  const [output] = await Promise.all([text(child.stdout), ended]);
  if (child.signalCode !== null) throw passing("source.timeout", "the file did not answer in time");
  return JSON.parse(output) as Answer;
}

export async function readSqlite(
  place: { folder: string | undefined; file: string; timeoutMs: number },
  shape: TableShape,
  rules: RowRules,
  cursor: readonly string[] | null,
  limit: number,
): Promise<SourcePage> {
  const path = await fileWithin(place.folder, place.file);
  const { sql, parameters, order } = tableQuery("sqlite", shape, rules, cursor, limit);
  // SQLite compares by storage class, so a cursor's parts say theirs.
  const answer = await ask(
    { path, sql, parameters: parameters.map((part) => JSON.parse(part) as Cell) },
    place.timeoutMs,
  );
  if ("fault" in answer) {
    const retry = /locked|busy/i.test(answer.fault);
    throw new DomainError("source.table", `the database says: ${answer.fault}`, retry ? { retry } : {});
  }
  const page = tablePage(
    {
      columns: answer.columns,
      rows: answer.rows.map((row) => row.map((cell) => (cell ? cell[1] : null))),
    },
    order,
    limit,
    shape.updatedColumn !== undefined,
  );
  const last = answer.rows[page.rows.length - 1];
  const next = last ? order.map((column) => JSON.stringify(last[answer.columns.indexOf(column)])) : null;
  return { ...page, next: next && JSON.stringify(next) };
}
