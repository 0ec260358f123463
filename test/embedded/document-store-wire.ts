import { connect, type Socket } from "node:net";
import { BSON, type Document } from "mongodb";

/** A client that sends commands just as they are given, which a driver would complete or refuse. */
export class RawClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (d: Document) => void>();
  #received = Buffer.alloc(0);
  #id = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(new RawClient(socket)));
      socket.once("error", reject);
    });
  }

  command(body: Document): Promise<Document> {
    const bytes = BSON.serialize(body);
    const header = Buffer.alloc(21);
    header.writeInt32LE(bytes.length + 21, 0);
    header.writeInt32LE(++this.#id, 4);
    header.writeInt32LE(2013, 12);
    const answer = new Promise<Document>((resolve) => this.#waiting.set(this.#id, resolve));
    this.#socket.write(Buffer.concat([header, bytes]));
    return answer;
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4 && this.#received.length >= this.#received.readInt32LE(0)) {
      const size = this.#received.readInt32LE(0);
      const to = this.#received.readInt32LE(8);
      // The time of a replica set, which ends every answer, is left out.
      const { $clusterTime: _, operationTime: __, ...answer } = BSON.deserialize(this.#received.subarray(21, size));
      this.#received = this.#received.subarray(size);
      this.#waiting.get(to)?.(answer);
      this.#waiting.delete(to);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
