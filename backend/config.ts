import { resolve } from "node:path";
import { DomainError } from "./lib/errors.ts";

/** Everything that can be set from outside, parsed once at start. */
export interface Config {
  port: number;
  host: string;
  dataDir: string;
  /** Absent: the embedded document store. */
  mongodbUri?: string;
  /** Absent: the embedded chain. */
  chainRpcUrl?: string;
  /** The key that deploys and relays; only with chainRpcUrl (the embedded chain makes its own). */
  chainKey?: string;
  confirmations: number;
  /** off: this process only answers; on: it also works; alone: it only works. `scripts/worker.ts` makes it alone. */
  worker: "on" | "off" | "alone";
  /** So many acts may wait for the chain; then new ones are refused for the time being. */
  maxWaitingActs: number;
  /** Where departments' systems may be called: host[:port][=network]. Nowhere when empty. */
  outboundAllow: readonly string[];
  /** The folder of SQLite files that departments may name; none when absent. */
  sqliteDir?: string;
  /** How long entries of the access log are kept. */
  accessLogMonths: number;
  /** Size of the sample city loaded on the first start; 0 loads none. */
  sampleEnterprises: number;
  logLevel: string;
}

interface Option {
  readonly env: string;
  readonly flag: string;
  readonly value: string;
  readonly help: string;
  readonly fallback?: string;
}

const OPTIONS = {
  port: { env: "PORT", flag: "--port", value: "N", help: "port of the web pages and the API", fallback: "3000" },
  host: { env: "HOST", flag: "--host", value: "ADDRESS", help: "address to listen on", fallback: "127.0.0.1" },
  dataDir: {
    env: "DATA_DIR",
    flag: "--data-dir",
    value: "DIR",
    help: "folder of everything that is kept",
    fallback: "./data",
  },
  mongodbUri: {
    env: "MONGODB_URI",
    flag: "--mongodb-uri",
    value: "URI",
    help: "a MongoDB in place of the embedded document store",
  },
  chainRpcUrl: {
    env: "CHAIN_RPC_URL",
    flag: "--chain-rpc-url",
    value: "URL",
    help: "an EVM chain's JSON-RPC in place of the embedded chain",
  },
  chainKey: {
    env: "CHAIN_KEY",
    flag: "--chain-key",
    value: "HEX",
    help: "private key that deploys and relays on that chain",
  },
  confirmations: {
    env: "CONFIRMATIONS",
    flag: "--confirmations",
    value: "N",
    help: "blocks that confirm a receipt, its own among them",
    fallback: "1",
  },
  worker: {
    env: "WORKER",
    flag: "--worker",
    value: "on|off|alone",
    help: "whether this process does the work behind the answers too; off and alone need both addresses",
    fallback: "on",
  },
  maxWaitingActs: {
    env: "MAX_WAITING_ACTS",
    flag: "--max-waiting-acts",
    value: "N",
    help: "acts that may wait for the chain before new ones are refused for the time being",
    fallback: "300000",
  },
  outboundAllow: {
    env: "OUTBOUND_ALLOW",
    flag: "--outbound-allow",
    value: "LIST",
    help: "servers of departments that may be called: host[:port][=network], with commas between; none unless given",
  },
  sqliteDir: {
    env: "SQLITE_DIR",
    flag: "--sqlite-dir",
    value: "DIR",
    help: "folder of the SQLite files that departments may share tables from; none unless given",
  },
  accessLogMonths: {
    env: "ACCESS_LOG_MONTHS",
    flag: "--access-log-months",
    value: "N",
    help: "months that entries of the access log are kept, at least 6",
    fallback: "60",
  },
  sampleEnterprises: {
    env: "SAMPLE_ENTERPRISES",
    flag: "--sample-enterprises",
    value: "N",
    help: "size of the sample city loaded on the first start, 0 for none",
    fallback: "2000",
  },
  logLevel: {
    env: "LOG_LEVEL",
    flag: "--log-level",
    value: "LEVEL",
    help: "fatal, error, warn, info, debug or silent",
    fallback: "warn",
  },
} as const satisfies Record<string, Option>;

type Name = keyof typeof OPTIONS;

/** The text of `npm start -- --help`. */
export function optionsHelp(): string {
  const rows = Object.values(OPTIONS).map((option: Option) => [
    `${option.flag} ${option.value}`,
    option.env,
    option.help + (option.fallback ? ` (default ${option.fallback})` : ""),
  ]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length));
  const lines = rows.map((row) => `  ${row[0]!.padEnd(width(0))}  ${row[1]!.padEnd(width(1))}  ${row[2]}`);
  return [
    "Usage: npm start -- [options]",
    "",
    "Each option can be given as an environment variable too:",
    "",
    ...lines,
  ].join("\n");
}

function readOptions(env: NodeJS.ProcessEnv, argv: readonly string[]): Map<Name, string> {
  const names = new Map(Object.entries(OPTIONS).map(([name, option]) => [option.flag as string, name as Name]));
  const read = new Map<Name, string>();
  for (const [name, option] of Object.entries(OPTIONS) as [Name, Option][]) {
    const value = env[option.env]?.trim() || option.fallback;
    if (value !== undefined) read.set(name, value);
  }
  for (let i = 0; i < argv.length; i++) {
    const [flag, inline] = argv[i]!.split(/=(.*)/s, 2) as [string, string | undefined];
    const name = names.get(flag);
    if (!name)
      throw new DomainError("config.unknownOption", `there is no option ${flag}; npm start -- --help lists all`, {
        flag,
      });
    const value = inline ?? argv[++i];
    if (value === undefined)
      throw new DomainError("config.missingValue", `${flag} needs a value (${OPTIONS[name].value})`, { flag });
    read.set(name, value);
  }
  return read;
}

/** Throws DomainError config.* that names the option, what it was and what is wanted. */
export function readConfig(env: NodeJS.ProcessEnv, argv: readonly string[]): Config {
  const options = readOptions(env, argv);
  const wrong = (name: Name, wanted: string): DomainError =>
    new DomainError(
      "config.badValue",
      `${OPTIONS[name].env} (${OPTIONS[name].flag}) is "${name === "chainKey" ? "…" : options.get(name)}", but should be ${wanted}`,
      { option: OPTIONS[name].flag },
    );
  const whole = (name: Name, min: number, max: number): number => {
    const text = options.get(name)!;
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < min || value > max)
      throw wrong(name, `a whole number from ${min} to ${max}`);
    return value;
  };
  const url = (name: Name, protocols: readonly string[]): string | undefined => {
    const text = options.get(name);
    if (text === undefined) return undefined;
    const protocol = /^([a-z+]+):\/\/[^\s/]+/.exec(text)?.[1];
    if (!protocol || !protocols.includes(protocol))
      throw wrong(name, `an address that starts with ${protocols.join(":// or ")}://`);
    return text;
  };
  const mongodbUri = url("mongodbUri", ["mongodb", "mongodb+srv"]);
  const chainRpcUrl = url("chainRpcUrl", ["http", "https"]);
  const chainKey = options.get("chainKey");
  if (chainKey !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(chainKey)) throw wrong("chainKey", "0x and 64 hex digits");
  if (chainRpcUrl && !chainKey) {
    throw new DomainError(
      "config.missingValue",
      "CHAIN_RPC_URL needs CHAIN_KEY (--chain-key): the key that deploys and relays there",
    );
  }
  const worker = options.get("worker")!;
  if (worker !== "on" && worker !== "off" && worker !== "alone") throw wrong("worker", "on, off or alone");
  if (worker !== "on" && !(mongodbUri && chainRpcUrl)) {
    throw new DomainError(
      "config.missingValue",
      `WORKER=${worker} needs MONGODB_URI and CHAIN_RPC_URL (--mongodb-uri, --chain-rpc-url): several processes share them`,
    );
  }
  const logLevel = options.get("logLevel")!;
  if (!["fatal", "error", "warn", "info", "debug", "silent"].includes(logLevel)) {
    throw wrong("logLevel", "one of fatal, error, warn, info, debug, silent");
  }
  return {
    port: whole("port", 0, 65_535),
    host: options.get("host")!,
    dataDir: resolve(options.get("dataDir")!),
    ...(mongodbUri ? { mongodbUri } : {}),
    ...(chainRpcUrl ? { chainRpcUrl } : {}),
    ...(chainKey ? { chainKey } : {}),
    confirmations: whole("confirmations", 1, 1_000),
    worker,
    maxWaitingActs: whole("maxWaitingActs", 1, 100_000_000),
    outboundAllow: (options.get("outboundAllow") ?? "")
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
    ...(options.get("sqliteDir") ? { sqliteDir: resolve(options.get("sqliteDir")!) } : {}),
    // Network logs are kept for at least six months by the law on network security.
    accessLogMonths: whole("accessLogMonths", 6, 1_200),
    sampleEnterprises: whole("sampleEnterprises", 0, 1_000_000),
    logLevel,
  };
}
