import { connect, type Socket } from "node:net";
import { type Document, deserialize, serialize } from "bson";

const OP_MSG = 2013;
const HEADER = 16;
const DATABASE = "bench";

/** A command as it goes over the wire, its documents as a kind-1 section, just as the driver sends them. */
export function message(body: Document, list?: { name: string; documents: readonly Buffer[] }): Buffer {
  const command = serialize({ ...body, $db: DATABASE });
  const parts: Uint8Array[] = [Buffer.alloc(HEADER + 5), command];
  if (list) {
    const name = Buffer.from(`${list.name}\0`);
    const head = Buffer.alloc(5);
    head[0] = 1;
    head.writeInt32LE(
      list.documents.reduce((sum, d) => sum + d.length, 4 + name.length),
      1,
    );
    parts.push(head, name, ...list.documents);
  }
  const bytes = Buffer.concat(parts);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(OP_MSG, 12);
  return bytes;
}

/** One connection that costs next to nothing on the client's side. Answers come in the order of the requests. */
export class WireClient {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #have = 0;
  #waiting: { resolve: (reply: Buffer) => void; reject: (e: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (e) => this.#fail(e));
    socket.on("close", () => this.#fail(new Error("the store closed the connection")));
  }

  static open(port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
        socket.off("error", reject);
        resolve(new WireClient(socket));
      });
      socket.once("error", reject);
    });
  }

  /** The answer's bytes, undecoded: see `answer`. */
  send(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(request);
    });
  }

  async command(body: Document, list?: { name: string; documents: readonly Buffer[] }): Promise<Document> {
    return answer(await this.send(message(body, list)));
  }

  close(): void {
    this.#waiting = [];
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    while (this.#have >= 4) {
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const size = all.readInt32LE(0);
      this.#chunks = [all];
      if (all.length < size) return;
      this.#chunks = all.length > size ? [all.subarray(size)] : [];
      this.#have -= size;
      this.#waiting.shift()?.resolve(all.subarray(0, size));
    }
  }

  #fail(e: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(e);
  }
}

/** Decodes an answer; one that tells of any failure is an error here. */
export function answer(reply: Buffer): Document {
  const body = deserialize(reply.subarray(HEADER + 5));
  if (body.ok !== 1 || body.writeErrors || body.writeConcernError)
    throw new Error(`the store answered ${JSON.stringify(body)}`);
  return body;
}
