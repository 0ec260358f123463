import { connect, type Socket } from "node:net";
import { BSON, type Document } from "mongodb";

export const OP_QUERY = 2004;
export const OP_MSG = 2013;

/** A message of any kind, its length as it is or as said. */
export function message(opCode: number, payload: Buffer, { id = 1, length = payload.length + 16 } = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(id, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, payload]);
}

/** An OP_MSG of some sections. */
export function opMsg(sections: Buffer[], { id = 1, flags = 0 } = {}): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(flags);
  return message(OP_MSG, Buffer.concat([head, ...sections]), { id });
}

const bytesOf = (d: Document | Buffer): Buffer => (Buffer.isBuffer(d) ? d : Buffer.from(BSON.serialize(d)));

export const body = (d: Document | Buffer): Buffer => Buffer.concat([Buffer.from([0]), bytesOf(d)]);

export function sequence(name: string, docs: (Document | Buffer)[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...docs.map(bytesOf)]);
  const head = Buffer.alloc(5, 1);
  head.writeInt32LE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/** A client that writes bytes and takes what comes. */
export class Wire {
  readonly socket: Socket;
  readonly #answers: Buffer[] = [];
  readonly #waiting: ((m: Buffer | undefined) => void)[] = [];
  #received: Buffer[] = [];
  #have = 0;
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    this.closed.then(() => {
      for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    });
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new Wire(socket)));
      socket.once("error", reject);
    });
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next message; undefined when the server has closed the connection. */
  next(): Promise<Buffer | undefined> {
    const m = this.#answers.shift();
    if (m || this.socket.destroyed) return Promise.resolve(m);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The document of the next answer. */
  async answer(): Promise<Document | undefined> {
    const m = await this.next();
    return m && BSON.deserialize(m.subarray(m.readInt32LE(12) === OP_MSG ? 21 : 36));
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#have += chunk.length;
    for (;;) {
      if (this.#have < 4) return;
      if (this.#received[0]!.length < 4) this.#received = [Buffer.concat(this.#received)];
      const size = this.#received[0]!.readInt32LE(0);
      if (this.#have < size) return;
      const all = Buffer.concat(this.#received);
      this.#received = [all.subarray(size)];
      this.#have -= size;
      const m = all.subarray(0, size);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(m);
      else this.#answers.push(m);
    }
  }
}
