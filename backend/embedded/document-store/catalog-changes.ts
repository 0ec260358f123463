import { randomUUID } from "node:crypto";
import { encodeDoc } from "./bson/codec.ts";
import { toDouble } from "./bson/numbers.ts";
import { type Doc, isNumber } from "./bson/types.ts";
import type { Collection, Index } from "./catalog.ts";
import type { Storage } from "./storage.ts";

/** Gives a collection another name; in another database it is a new collection to MongoDB, with a new uuid. */
export function renameCollection({ sqlite, catalog }: Storage, c: Collection, db: string, name: string): void {
  const uuid = c.db === db ? c.uuid : Buffer.from(randomUUID().replaceAll("-", ""), "hex");
  sqlite.run("UPDATE collections SET db = ?, name = ?, uuid = ? WHERE id = ?", db, name, uuid, c.id);
  catalog.reload();
  catalog.dirty = true;
}

/** Changes options of an index that don't touch its entries. */
export function changeIndex({ sqlite, catalog }: Storage, index: Index, spec: Doc): void {
  catalog.dirty = true;
  sqlite.run("UPDATE indexes SET spec = ? WHERE id = ?", encodeDoc(spec), index.id);
  const expire = spec.get("expireAfterSeconds");
  index.spec = spec;
  index.hidden = spec.get("hidden") === true;
  index.expireAfterSeconds = isNumber(expire) ? toDouble(expire) : undefined;
}
