import { DomainError } from "../../lib/errors.ts";
import type { CatalogDocument, CatalogStore } from "./catalog-store.ts";
import type { Catalog } from "./domain/catalog.ts";
import { type CodeWords, codeWords } from "./domain/code-words.ts";

/** Other processes' changes are seen after this long at the latest. */
const POLL_MS = 2_000;

/**
 * The catalogs in use: those of the installation, and what departments registered or changed since, once approved.
 * Kept in memory, so that reading a row or a page asks nobody; the store is asked for news every two seconds.
 */
export interface CatalogRegistry {
  /** Always the same array, with today's catalogs in it: to be looked through when needed, not copied. */
  readonly list: readonly Catalog[];
  /** The ids of `list`, as a set that stays the same as well. */
  readonly ids: ReadonlySet<string>;
  /** The catalogs of `list` by id, in a map that stays the same too. */
  readonly byId: ReadonlyMap<string, Catalog>;
  /** What the codes of each catalog's records are called. */
  readonly words: ReadonlyMap<string, CodeWords>;
  find(id: string): Catalog | undefined;
  /** What `make` gives for the list, made again only when a catalog has changed. */
  derived<T>(make: (list: readonly Catalog[]) => T): () => T;
  /** Throws notFound. */
  require(id: string): Catalog;
  refresh(): Promise<void>;
  start(onError: (error: unknown) => void): Promise<void>;
  stop(): void;
}

const inUse = ({ versions, current }: CatalogDocument): Catalog | undefined =>
  versions.find(({ number }) => number === current)?.definition;

export function createCatalogRegistry(store: CatalogStore, standard: readonly Catalog[]): CatalogRegistry {
  const list: Catalog[] = [...standard];
  const byId = new Map(standard.map((catalog) => [catalog.id, catalog]));
  const ids = new Set(byId.keys());
  const words = new Map(standard.map((catalog) => [catalog.id, codeWords(catalog)]));
  const seen = new Map<string, number>();
  let revision = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function load(): Promise<void> {
    const changed = (await store.versions()).filter(({ _id, version }) => seen.get(_id) !== version);
    if (changed.length === 0) return;
    for (const document of await store.many(changed.map(({ _id }) => _id))) {
      seen.set(document._id, document.version);
      const catalog = inUse(document);
      if (!catalog) continue;
      const at = list.findIndex(({ id }) => id === document._id);
      if (at < 0) list.push(catalog);
      else list[at] = catalog;
      byId.set(catalog.id, catalog);
      ids.add(catalog.id);
      words.set(catalog.id, codeWords(catalog));
      revision++;
    }
  }

  /** One at a time; who asks while one is under way is answered by the next, which has the newest. */
  async function refresh(): Promise<void> {
    await running?.catch(() => undefined);
    running = load();
    await running;
  }

  return {
    list,
    ids,
    byId,
    words,
    find: (id) => byId.get(id),
    derived(make) {
      let made = make(list);
      let at = revision;
      return () => {
        if (at !== revision) {
          made = make(list);
          at = revision;
        }
        return made;
      };
    },
    require(id) {
      const catalog = byId.get(id);
      if (!catalog) throw new DomainError("notFound", `there is no catalog ${id}`);
      return catalog;
    },
    refresh,
    async start(onError) {
      await refresh();
      timer = setInterval(() => void refresh().catch(onError), POLL_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}
