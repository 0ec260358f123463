import { parseArgs } from "node:util";
import { backup, check, restore } from "./backup.ts";
import { serve } from "./server.ts";

const USAGE = `document-store [serve] --data DIR [--port N] [--standalone]
document-store backup --data DIR --to FILE [--force]
document-store restore --data DIR --from FILE [--force]
document-store check --data DIR`;

/** What a parent process is told of the outcome. */
export type Outcome =
  | { type: "ready"; port: number }
  | { type: "done"; result: object }
  | { type: "failed"; message: string };

const OPTIONS = {
  port: { type: "string" },
  data: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
  force: { type: "boolean", default: false },
  standalone: { type: "boolean", default: false },
} as const;

const parse = () => parseArgs({ allowPositionals: true, options: OPTIONS });
type Values = ReturnType<typeof parse>["values"];

function needed(values: Values, name: "data" | "to" | "from"): string {
  const value = values[name];
  if (!value) throw new Error(`--${name} is needed\n${USAGE}`);
  return value;
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  const [name = "serve", ...rest] = positionals;
  if (!["serve", "backup", "restore", "check"].includes(name) || rest.length > 0)
    throw new Error(`there is no command "${positionals.join(" ")}"\n${USAGE}`);
  const data = needed(values, "data");
  if (name === "serve") await run(values, data);
  else if (name === "backup") done(backup(data, needed(values, "to"), values.force));
  else if (name === "restore") done(restore(data, needed(values, "from"), values.force));
  else done(check(data));
}

const done = (result: object): void => tell({ type: "done", result }, JSON.stringify(result));

/** A parent gets the message; a person, who has none, reads the line. */
function tell(outcome: Outcome, line: string): void {
  process.stdout.write(`${line}\n`);
  process.send?.(outcome, () => outcome.type === "done" && process.disconnect());
}

async function run(values: Values, dataDir: string): Promise<void> {
  const port = Number(values.port ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port number`);
  const server = await serve({
    dataDir,
    port,
    standalone: values.standalone,
    credentials: credentials(process.env),
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    server.close().then(
      () => process.exit(0),
      (e: Error) => {
        process.stderr.write(`${e.message}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", process.send ? () => {} : stop);
  // The parent is gone, so nobody is left to stop us.
  process.on("disconnect", stop);
  tell({ type: "ready", port: server.port }, JSON.stringify({ ready: true, port: server.port }));
}

/** By the environment, where other users can't read them, rather than as options. */
function credentials(env: NodeJS.ProcessEnv): { user: string; password: string } | undefined {
  const { DOCUMENT_STORE_USER: user, DOCUMENT_STORE_PASSWORD: password } = env;
  if (user && !password) throw new Error("DOCUMENT_STORE_USER is set without DOCUMENT_STORE_PASSWORD");
  return password ? { user: user || "rongqiao", password } : undefined;
}

main().catch(({ message }: Error) => {
  // A parent is told the reason and passes it on; a person reads it here.
  if (process.send) process.send({ type: "failed", message } satisfies Outcome, () => process.exit(1));
  else {
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
});
