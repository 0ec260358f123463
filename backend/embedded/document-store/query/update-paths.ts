import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { isIndex } from "./paths.ts";
import { element } from "./show.ts";

const MAX_PADDING = 1_500_000;

/** A place in a document, named by a path, whether or not it is there yet. */
export class Place {
  readonly parent: Place | undefined;
  readonly name: string;
  readonly #doc: Doc;

  constructor(doc: Doc, parent?: Place, name = "") {
    this.#doc = doc;
    this.parent = parent;
    this.name = name;
  }

  child(name: string): Place {
    return new Place(this.#doc, this, name);
  }

  get path(): string {
    return this.parent?.parent ? `${this.parent.path}.${this.name}` : this.name;
  }

  /** The document's _id, for messages. */
  get id(): string {
    return this.#doc.has("_id") ? element("_id", this.#doc.get("_id")) : "no id";
  }

  get(): Maybe {
    if (!this.parent) return this.#doc;
    const holder = this.parent.get();
    if (isDoc(holder)) return holder.get(this.name);
    return isArray(holder) && isIndex(this.name) ? holder[Number(this.name)] : undefined;
  }

  /** Writes a value; documents that the path needs on its way are made. */
  set(v: Value): void {
    const { parent, name } = this;
    const holder = parent!.get();
    if (holder === undefined) parent!.set(new Map([[name, v]]));
    else if (isDoc(holder)) holder.set(name, v);
    else if (isArray(holder) && isIndex(name)) setElement(holder, Number(name), v);
    else
      throw new StoreError(
        "PathNotViable",
        `Cannot create field '${name}' in element {${element(parent!.name, holder)}}`,
      );
  }

  /** Removes what is there; of an array the others keep their places, so null is left. */
  unset(): void {
    const holder = this.parent!.get();
    if (isDoc(holder)) holder.delete(this.name);
    else if (isArray(holder) && this.get() !== undefined) holder[Number(this.name)] = null;
  }

  /** Refuses a path that leads through something that can hold no such field. */
  checkViable(): void {
    const missing = [this.name];
    let holder = this.parent!;
    for (let v = holder.get(); !isDoc(v); v = holder.get()) {
      if (v !== undefined) {
        if (isArray(v) && isIndex(missing[0]!)) return;
        throw new StoreError(
          "PathNotViable",
          `Cannot use the part (${missing[0]}) of (${holder.path}.${missing.join(".")}) to traverse the element ({${element(holder.name, v)}})`,
        );
      }
      missing.unshift(holder.name);
      holder = holder.parent!;
    }
  }

  /** The nearest array that the path leads through. */
  arrayOnTheWay(): Place | undefined {
    for (let p = this.parent; p?.parent; p = p.parent) if (isArray(p.get())) return p;
    return undefined;
  }
}

function setElement(list: Value[], i: number, v: Value): void {
  if (i - list.length > MAX_PADDING)
    throw new StoreError("CannotBackfillArray", `can't backfill more than ${MAX_PADDING} elements`);
  while (list.length < i) list.push(null);
  list[i] = v;
}
