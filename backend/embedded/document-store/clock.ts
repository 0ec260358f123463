import { Binary, Timestamp } from "bson";
import { Writer, writeElement } from "./bson/codec.ts";
import { doc } from "./bson/types.ts";

const NOTHING = Buffer.alloc(0);
const UNSIGNED = doc({ hash: new Binary(Buffer.alloc(20)), keyId: 0n });

/**
 * The time of the last commit as replica sets count it: seconds, and a number within the second. It goes with
 * every answer, so that clients can ask for reads not older than what they have seen; here none ever is.
 */
export class Clock {
  readonly #replicaSet: boolean;
  #second = Math.floor(Date.now() / 1000);
  #number = 1;
  #tail: Buffer | undefined;
  /** When the last commit was. */
  lastWrite = new Date();

  constructor(replicaSet: boolean) {
    this.#replicaSet = replicaSet;
  }

  tick(): void {
    this.lastWrite = new Date();
    const second = Math.floor(this.lastWrite.getTime() / 1000);
    // Also when the machine's clock goes back.
    this.#number = second > this.#second ? 1 : this.#number + 1;
    this.#second = Math.max(second, this.#second);
    this.#tail = undefined;
  }

  get now(): Timestamp {
    return new Timestamp({ t: this.#second, i: this.#number });
  }

  /** The elements that end each answer; a standalone server has none. */
  get tail(): Buffer {
    if (!this.#replicaSet) return NOTHING;
    if (!this.#tail) {
      const { now } = this;
      const w = new Writer(160);
      writeElement(w, "$clusterTime", doc({ clusterTime: now, signature: UNSIGNED }));
      writeElement(w, "operationTime", now);
      this.#tail = w.done();
    }
    return this.#tail;
  }
}
