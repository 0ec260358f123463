import { atPointer, cellText, type SourceRow } from "./source-rows.ts";

/**
 * How a JSON API gives its rows in pages.
 * cursor: each answer names the next page; `atEnd` says whether the next run begins anew or goes on there ·
 * page: numbered pages until one is not full · since: rows after a time, in its order; goes on there in the next run.
 */
export type Paging =
  | { readonly kind: "none" }
  | {
      readonly kind: "cursor";
      readonly parameter: string;
      readonly pointer: string;
      readonly atEnd: "restart" | "resume";
    }
  | {
      readonly kind: "page";
      readonly parameter: string;
      readonly first: number;
      readonly sizeParameter?: string | undefined;
      readonly size: number;
    }
  | {
      readonly kind: "since";
      readonly parameter: string;
      readonly pointer: string;
      readonly first?: string | undefined;
    };

export interface PageOutcome {
  /** Where the next page starts; null for the beginning. */
  readonly next: string | null;
  /** Whether this run is over. */
  readonly done: boolean;
}

/** The query parameters of the page at this cursor. */
export function pageParameters(paging: Paging, cursor: string | null): Record<string, string> {
  switch (paging.kind) {
    case "none":
      return {};
    case "cursor":
      return cursor === null ? {} : { [paging.parameter]: cursor };
    case "page":
      return {
        [paging.parameter]: cursor ?? String(paging.first),
        ...(paging.sizeParameter ? { [paging.sizeParameter]: String(paging.size) } : {}),
      };
    case "since": {
      const since = cursor ?? paging.first;
      return since === undefined ? {} : { [paging.parameter]: since };
    }
  }
}

const later = (a: string, b: string): boolean => (/^\d+$/.test(a) && /^\d+$/.test(b) ? BigInt(a) > BigInt(b) : a > b);

/** Undefined where the source leads in a circle: it names the page itself as the next one, with rows on it. */
export function afterPage(
  paging: Paging,
  cursor: string | null,
  answer: unknown,
  rows: readonly SourceRow[],
): PageOutcome | undefined {
  switch (paging.kind) {
    case "none":
      return { next: null, done: true };
    case "cursor": {
      const named = cellText(atPointer(answer, paging.pointer));
      if (named === "" || rows.length === 0) {
        return { next: paging.atEnd === "resume" ? named || cursor : null, done: true };
      }
      if (named === cursor) return paging.atEnd === "resume" ? { next: cursor, done: true } : undefined;
      return { next: named, done: false };
    }
    case "page": {
      if (rows.length < paging.size) return { next: null, done: true };
      return { next: String(Number(cursor ?? paging.first) + 1), done: false };
    }
    case "since": {
      let newest = cursor ?? "";
      for (const row of rows) {
        const time = cellText(atPointer(row, paging.pointer));
        if (time !== "" && (newest === "" || later(time, newest))) newest = time;
      }
      // Sources that mean "at or after" give the last rows again: no newer time is the end.
      return { next: newest || null, done: newest === (cursor ?? "") };
    }
  }
}
