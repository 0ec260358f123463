import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What a run has chosen and reached. Every random value is remembered before it is sent anywhere, so that a run which
 * was cut off sends the same acts again, word for word, and finishes what it began.
 */
export interface Memory {
  /** The remembered value of `key`; made and remembered the first time. Values are JSON. */
  once<T>(key: string, make: () => T | Promise<T>): Promise<T>;
  recall<T>(key: string): T | undefined;
  /** Forgets the run: it is finished. */
  clear(): void;
}

abstract class KeptValues implements Memory {
  protected readonly values: Map<string, unknown>;

  constructor(values: Iterable<[string, unknown]>) {
    this.values = new Map(values);
  }

  async once<T>(key: string, make: () => T | Promise<T>): Promise<T> {
    if (!this.values.has(key)) {
      this.values.set(key, await make());
      this.keep();
    }
    return this.values.get(key) as T;
  }

  recall<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }

  abstract clear(): void;
  protected abstract keep(): void;
}

export class ProcessMemory extends KeptValues {
  constructor() {
    super([]);
  }

  clear(): void {
    this.values.clear();
  }

  protected keep(): void {}
}

/** Survives the end of this process. The file holds keys: only its owner may read it. */
export class FileMemory extends KeptValues {
  readonly path: string;

  constructor(path: string) {
    super(existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, "utf8")) as object) : []);
    this.path = path;
  }

  clear(): void {
    this.values.clear();
    rmSync(this.path, { force: true });
  }

  protected keep(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const half = `${this.path}.new`;
    writeFileSync(half, JSON.stringify(Object.fromEntries(this.values), null, 2), { mode: 0o600, flush: true });
    renameSync(half, this.path);
  }
}
