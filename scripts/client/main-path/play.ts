import { waitFor, whileServerAway } from "../waiting.ts";
import { MAIN_PATH } from "./index.ts";
import type { Path, Step, Transaction } from "./path.ts";

export interface PlayedStep {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly transactions: readonly (Transaction & { readonly label: string })[];
  /** Played by an earlier, cut-off run. */
  readonly before: boolean;
  readonly milliseconds: number;
}

export interface PlayOptions {
  readonly steps?: readonly Step[];
  /** How long the server may be away before the run gives up. */
  readonly awayLimitMs?: number;
  readonly onAway?: () => void;
  readonly onStep?: (step: PlayedStep) => void;
  /** Wait for every transaction, and tell its hash. */
  readonly confirm?: boolean;
}

type Told = Omit<PlayedStep, "before">;

async function playStep(path: Path, step: Step, confirm: boolean): Promise<Told> {
  const started = performance.now();
  const { lines, transactions } = await step.run(path);
  const confirmed = [];
  for (const source of confirm ? transactions : []) {
    const transaction = await waitFor(`${source.label} to be confirmed`, () => source.read());
    confirmed.push({ label: source.label, ...transaction });
  }
  const milliseconds = Math.round(performance.now() - started);
  return { id: step.id, title: step.title, lines, transactions: confirmed, milliseconds };
}

/** Plays the path from where its memory says that it stands. Throws at the first step that fails. */
export async function play(path: Path, options: PlayOptions = {}): Promise<PlayedStep[]> {
  const { steps = MAIN_PATH, awayLimitMs = 120_000, onAway, onStep, confirm = true } = options;
  const played: PlayedStep[] = [];
  for (const step of steps) {
    const before = path.memory.recall(`done.${step.id}`) !== undefined;
    const told = await path.memory.once(`done.${step.id}`, () =>
      whileServerAway(() => playStep(path, step, confirm), awayLimitMs, onAway),
    );
    const result = { ...told, before };
    played.push(result);
    onStep?.(result);
  }
  return played;
}
