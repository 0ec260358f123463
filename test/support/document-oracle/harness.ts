import { type Collection, type Db, type Document, MongoServerError } from "mongodb";
import { type Doc, decode, encode, Refused, show, type Value } from "./values.ts";

/** How often each property runs: more by CONFORMANCE_RUNS, for a thorough search. */
export const runs = (usual: number): { numRuns: number } => ({
  numRuns: Math.ceil(usual * Number(process.env.CONFORMANCE_RUNS ?? 1)),
});

const RAW = { raw: true } as const;
const TYPED = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** A collection as the oracle sees it: Maps go in, bytes or Maps come out. */
export class Tested {
  readonly db: Db;
  readonly name: string;
  readonly collection: Collection<Document>;
  constructor(db: Db, name: string) {
    this.db = db;
    this.name = name;
    this.collection = db.collection(name);
  }

  /** A server command with the collection's name. */
  command(name: string, body: object): Promise<Document> {
    return this.db.command({ [name]: this.name, ...body }, TYPED);
  }

  async clear(): Promise<void> {
    await this.command("delete", { deletes: [{ q: {}, limit: 0 }] });
  }

  insert(documents: Doc[]): Promise<Document> {
    return this.command("insert", { documents, ordered: false });
  }

  async find(filter: Doc, options: object = {}): Promise<Doc[]> {
    return (await this.findBytes(filter, options)).map(decode);
  }

  async findBytes(filter: Doc, options: object = {}): Promise<Uint8Array[]> {
    return (await this.collection.find(filter as never, { ...RAW, ...options }).toArray()) as never;
  }

  async aggregate(pipeline: Doc[]): Promise<Doc[]> {
    const found = await this.collection.aggregate(pipeline as never, RAW).toArray();
    return (found as never as Uint8Array[]).map(decode);
  }
}

let counter = 0;
export const fresh = (db: Db): Tested => new Tested(db, `conformance${counter++}`);

export const withIds = (documents: Doc[]): Doc[] =>
  documents.map((d, i) => new Map<string, Value>([["_id", idOf(i)], ...d]));

/** Text, so that an _id is never equal to a generated number. */
export const idOf = (i: number): string => `#${String(i).padStart(4, "0")}`;
export const ids = (documents: Doc[]): Value[] => documents.map((d) => d.get("_id")!);

export const sameBytes = (a: Doc, b: Doc): boolean => Buffer.compare(encode(a), encode(b)) === 0;

export type Outcome<T> = { value: T } | { refused: { code: number | undefined; message: string } };

/** An answer or a refusal of the oracle. */
export function attempt<T>(f: () => T): Outcome<T> {
  try {
    return { value: f() };
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return { refused: { code: e.code, message: e.message } };
  }
}

/** An answer or a refusal of the store. */
export async function attemptAsync<T>(p: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await p };
  } catch (e) {
    if (!(e instanceof MongoServerError)) throw e;
    return { refused: { code: Number(e.code), message: e.message } };
  }
}

export const showAll = (documents: Doc[]): string => documents.map(show).join("\n  ");
export const showOutcome = (o: Outcome<unknown>, f: (v: never) => string): string =>
  "refused" in o ? `refused (${o.refused.code}): ${o.refused.message}` : f(o.value as never);
