import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { DomainError } from "../../lib/errors.ts";
import { MOST_FILE_BYTES, mediaTypeOf } from "./domain/material-kinds.ts";

export interface KeptFile {
  name: string;
  mediaType: string;
  bytes: number;
  sha256: string;
}

export interface MaterialFiles {
  /** Keeps a file under its id: on the disk before it answers, or not at all. Throws material.* on what isn't taken. */
  keep(id: string, name: string, content: Readable): Promise<KeptFile>;
  pathOf(id: string): string;
  remove(id: string): Promise<void>;
}

const TAKEN = "PDF, PNG, JPEG, OFD, DOCX or XLSX, at most 20 MB";
const wrong = (code: string, reason: string) =>
  new DomainError(`material.${code}`, reason, { field: "body", status: 422, fix: `send a ${TAKEN}` });

export function createMaterialFiles(folder: string): MaterialFiles {
  const pathOf = (id: string): string => join(folder, id);
  return {
    pathOf,
    remove: (id) => rm(pathOf(id), { force: true }),
    async keep(id, name, content) {
      await mkdir(folder, { recursive: true });
      const part = `${pathOf(id)}.part`;
      const file = await open(part, "w", 0o600);
      try {
        const digest = createHash("sha256");
        let bytes = 0;
        let mediaType: string | undefined;
        // Left open when it breaks off: the connection carries the answer yet.
        for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          mediaType ??= mediaTypeOf(name, chunk);
          if (!mediaType)
            throw wrong("type", "files of this kind, or whose content isn't what the name says, aren't taken");
          bytes += chunk.length;
          if (bytes > MOST_FILE_BYTES) throw wrong("tooLarge", "the file is larger than 20 MB");
          digest.update(chunk);
          await file.write(chunk);
        }
        if (!mediaType) throw wrong("empty", "the file is empty");
        await file.sync();
        await rename(part, pathOf(id));
        return { name, mediaType, bytes, sha256: `0x${digest.digest("hex")}` };
      } catch (error) {
        await rm(part, { force: true });
        // The rest of the body is let go by: until then the connection carries no other request.
        content.resume();
        throw error;
      } finally {
        await file.close();
      }
    },
  };
}
