import type { Readable } from "node:stream";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import type { SourcePorts } from "./ports.ts";
import type { ResourceService } from "./resource-service.ts";

/** A file through its resource, so that its batch is counted there. */
export function createFileDoor(resources: Pick<ResourceService, "own">, ports: Pick<SourcePorts, "receive">) {
  return async (actor: Actor, id: string, fileName: string, content: Readable): Promise<{ batchId: string }> => {
    const { kind, state, catalogId } = await resources.own(actor, id);
    if (kind !== "file" || state !== "active") {
      throw new DomainError("source.state", "only an active resource of the kind file takes files", {
        fix: "activate it first, or send the file to its catalog",
      });
    }
    const origin = { kind: "file", resourceId: id } as const;
    return { batchId: (await ports.receive({ catalogId, fileName, content, origin })).id };
  };
}
