import type { Socket } from "node:net";
import type { Engine } from "./engine.ts";
import { errorReply, StoreError } from "./errors.ts";
import type { Connection, ServerState } from "./state.ts";
import { Framer, frameReply, parseMessage, type Reply, type Request } from "./wire.ts";

/** So many bytes of further messages are taken in while one is at work. */
const BACKLOG_BYTES = 1024 * 1024;

/**
 * Serves one client. As in MongoDB its messages are done one after the other, each when the client has taken the
 * answer to the one before: so one that sends much and reads nothing costs one message and one answer of memory.
 */
export function attach(socket: Socket, engine: Engine, state: ServerState, connection: Connection): void {
  const framer = new Framer();
  let responseId = 0;
  let busy = false;

  function advance(): void {
    try {
      while (!busy && !socket.destroyed) {
        const message = framer.next();
        if (!message) break;
        const request = parseMessage(message);
        busy = true;
        engine.submit({ request, connection, reply: (r) => answer(request, r) });
      }
    } catch (e) {
      state.log(`connection ${connection.id} closed: ${(e as Error).message}`);
      socket.destroy();
    }
    if (socket.isPaused() && framer.size < BACKLOG_BYTES) socket.resume();
  }

  function ready(): void {
    busy = false;
    advance();
  }

  function answer(request: Request, reply: Reply): void {
    if (socket.destroyed) return;
    if (request.silent) {
      ready();
      return;
    }
    const bytes = framed(request, reply, ++responseId, state);
    state.network.bytesOut += bytes.length;
    if (socket.write(bytes)) ready();
    else socket.once("drain", ready);
  }

  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    state.network.bytesIn += chunk.length;
    framer.push(chunk);
    if (busy && framer.size >= BACKLOG_BYTES) socket.pause();
    advance();
  });
}

function framed(request: Request, reply: Reply, responseId: number, state: ServerState): Buffer {
  try {
    return frameReply(request, reply, responseId, state.clock.tail);
  } catch (e) {
    const error = errorReply(new StoreError("InternalError", (e as Error).message));
    return frameReply(request, error, responseId, state.clock.tail);
  }
}
