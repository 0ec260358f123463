import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { rotateKeyRing } from "../backend/platform/files/key-ring.ts";

/*
 * Puts a new key on top of those that hash natural persons' numbers. To be run while the server is stopped; afterwards the
 * operator builds the index of enterprises anew (POST /api/v1/subject-index/rebuild).
 */

const { values } = parseArgs({ options: { "data-dir": { type: "string" } } });
const dataDir = resolve(values["data-dir"] ?? process.env.DATA_DIR ?? "./data");
const count = rotateKeyRing(join(dataDir, "person-hash-keys"));
console.log(`${count} keys now. Start the server, then build the index of enterprises anew.`);
