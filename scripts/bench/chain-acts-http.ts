import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds: number;
}

/**
 * One kept-alive connection, one request at a time. A tenth of the work of fetch: what generates the load must not be
 * what is measured. Reads answers with a Content-Length only, which is all that the API sends.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly host: string;
  private buffered = "";
  private waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    // One character a byte, so that lengths are those of the wire.
    socket.setEncoding("latin1");
    socket.setNoDelay(true);
    socket.on("data", (text: string) => this.read(text));
    const lost = (error?: Error): void => {
      this.waiting?.reject(error ?? new Error("the server closed the connection"));
      this.waiting = undefined;
    };
    socket.on("error", lost);
    socket.on("close", () => lost());
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname === "localhost" ? "127.0.0.1" : hostname);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Connection(socket, host)));
    });
  }

  send(method: string, path: string, token: string | undefined, body = ""): Promise<Answer> {
    const head = [
      `${method} ${path} HTTP/1.1`,
      `host: ${this.host}`,
      ...(token ? [`cookie: rongqiao_session=${token}`] : []),
      ...(body ? ["content-type: application/json", `content-length: ${Buffer.byteLength(body)}`] : []),
    ];
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) throw new Error("the server closed the connection");
      this.waiting = { resolve, reject };
      this.socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(text: string): void {
    this.buffered += text;
    const end = this.buffered.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.buffered.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.buffered.length < end + 4 + length) return;
    const body = this.buffered.slice(end + 4, end + 4 + length);
    this.buffered = this.buffered.slice(end + 4 + length);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve({
      status: Number(head.slice(9, 12)),
      body,
      retryAfterSeconds: Number(/\r\nretry-after: (\d+)/i.exec(head)?.[1] ?? 1),
    });
  }
}
