import type { PageDocument, PageStore } from "./page-store.ts";
import type { Sealing } from "./sealing.ts";

const placeOf = (resourceId: string): string => `pages:${resourceId}`;

/**
 * Pages on their way to a batch, sealed: they are rows as departments send them, with numbers of natural persons, and what
 * was once written to a store may be found in its files long after it was taken away.
 */
export function sealedPages(pages: PageStore, sealing: Sealing): PageStore {
  const opened = (page: PageDocument): PageDocument =>
    page.content ? { ...page, content: sealing.openBytes(page.content, placeOf(page.resourceId)) } : page;
  return {
    ...pages,
    async keep(page) {
      const { content } = page;
      const kept = content ? { ...page, content: sealing.sealBytes(content, placeOf(page.resourceId)) } : page;
      return opened(await pages.keep(kept));
    },
    async find(id) {
      const page = await pages.find(id);
      return page && opened(page);
    },
    async *contents(resourceId, run) {
      for await (const content of pages.contents(resourceId, run))
        yield sealing.openBytes(content, placeOf(resourceId));
    },
  };
}
