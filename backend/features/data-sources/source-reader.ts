import { DomainError } from "../../lib/errors.ts";
import type { RowRules } from "./domain/source-rows.ts";
import type { AllowList } from "./outbound/allow-list.ts";
import { readJsonApi } from "./readers/json-api.ts";
import { readMysql } from "./readers/mysql-table.ts";
import { readPostgres } from "./readers/postgres-table.ts";
import type { SourcePage } from "./readers/source-page.ts";
import { readSqlite } from "./readers/sqlite-table.ts";
import type { Pull, Table } from "./resource-store.ts";

export interface Secrets {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly password?: string | undefined;
}

export interface Place {
  readonly pull?: Pull | undefined;
  readonly table?: Table | undefined;
  readonly rules: RowRules;
}

/** Reads one page after a cursor from wherever the resource is. */
export interface SourceReader {
  read(place: Place, secrets: Secrets, cursor: string | null, maxRows?: number): Promise<SourcePage>;
  /** Throws outbound.notAllowed when it may not be called. */
  requireAllowed(place: Pick<Place, "pull" | "table">): Promise<void>;
}

const DEFAULT_PORTS = { postgresql: 5432, mysql: 3306 } as const;

export function createSourceReader(allowList: AllowList, sqliteFolder: string | undefined): SourceReader {
  const serverOf = ({ engine, host, port }: Table) => {
    const usual = engine === "mysql" ? DEFAULT_PORTS.mysql : DEFAULT_PORTS.postgresql;
    return allowList.resolve(host, port ?? usual, usual);
  };

  async function readTable(table: Table, rules: RowRules, password: string, cursor: string | null, maxRows?: number) {
    const limit = Math.min(table.pageRows, maxRows ?? table.pageRows);
    const after = cursor === null ? null : (JSON.parse(cursor) as string[]);
    const timeoutMs = table.timeoutSeconds * 1000;
    if (table.engine === "sqlite") {
      const place = { folder: sqliteFolder, file: table.database, timeoutMs };
      return readSqlite(place, table, rules, after, limit);
    }
    const { database, user, tls, ca } = table;
    const place = { target: await serverOf(table), database, user, password, tls, ca, timeoutMs };
    return (table.engine === "mysql" ? readMysql : readPostgres)(place, table, rules, after, limit);
  }

  return {
    async read({ pull, table, rules }, secrets, cursor, maxRows) {
      if (table) return readTable(table, rules, secrets.password ?? "", cursor, maxRows);
      if (!pull) throw new DomainError("source.none", "this resource fetches nothing");
      const { url, rows, paging, timeoutSeconds, ca } = pull;
      const headers = secrets.headers ?? {};
      return readJsonApi(allowList, { url, rows, paging, headers, timeoutMs: timeoutSeconds * 1000, ca }, cursor);
    },
    async requireAllowed({ pull, table }) {
      if (pull) {
        const { hostname, port, protocol } = new URL(pull.url);
        await allowList.resolve(hostname, port === "" ? (protocol === "https:" ? 443 : 80) : Number(port), 443);
      } else if (table && table.engine !== "sqlite") await serverOf(table);
    },
  };
}
