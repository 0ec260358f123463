import type { ProfileContent } from "./domain/indicators.ts";
import { type Beside, dayAfter, freshDays } from "./domain/profile-view.ts";
import type { PersonsInRole, TiedRole } from "./domain/related.ts";
import type { RelatedView } from "./profile-schemas.ts";

/** Enterprises in which some persons are the legal representative or a shareholder. */
export interface SharedPersons {
  readonly total: number;
  /** The first of them, with what the persons are there. Without a name: no registration is known. */
  readonly items: readonly { uscc: string; name?: string; roles: readonly TiedRole[] }[];
}

export interface PersonTies {
  /** False while rows are visible that aren't yet held against each other. */
  linked(): Promise<boolean>;
  sharing(uscc: string, hashes: readonly string[], shown: number): Promise<SharedPersons>;
}

type Needed = Pick<Beside, "uscc" | "markOf" | "labelOf" | "catalogs" | "covered">;

/** The most enterprises, and the most records, shown with a role; the counts tell the rest. */
const SHOWN = 40;

/**
 * Who else belongs to the enterprise's persons. Others' records say that, so it is no part of what is kept, nor of what can
 * be worked out again from the enterprise's own.
 */
export async function relatedOf(
  content: Pick<ProfileContent, "persons" | "records">,
  ties: PersonTies,
  { uscc, markOf, labelOf, catalogs, covered }: Needed,
): Promise<RelatedView[]> {
  const traceOf = new Map(content.records.map((trace) => [trace.id, trace]));
  const disputed = (recordId: string): string | undefined => {
    const trace = traceOf.get(recordId);
    return trace && markOf({ _id: trace.id, catalogId: trace.catalogId, key: trace.key }).disputed;
  };

  const shown = content.persons.filter(({ catalogId }) => covered?.has(catalogId) ?? true);
  // Asked once, and before the others: what was whole then is no less now.
  const linked = shown.some(({ hashes }) => hashes.length > 0) && (await ties.linked());

  async function ofRole({ role, catalogId, why, asOf, ...persons }: PersonsInRole): Promise<RelatedView> {
    const { hashes, recordIds, unnumbered } = persons;
    const source = { catalogId, ...labelOf(catalogId) };
    const unknown = (reason: RelatedView["why"]): RelatedView => ({
      role,
      value: null,
      why: reason,
      enterprises: [],
      source,
      recordIds: [],
      recordCount: 0,
    });
    if (why || asOf === undefined) return unknown(why ?? "notStated");
    if (hashes.length > 0 && !linked) return unknown("notLinked");
    const found = hashes.length > 0 ? await ties.sharing(uscc, hashes, SHOWN) : { total: 0, items: [] };
    // None of those whose numbers are known: what of the others, nobody can tell.
    if (unnumbered && found.total === 0) return unknown("notStated");
    const objection = recordIds.map(disputed).find(Boolean);
    return {
      role,
      value: found.total,
      asOf,
      freshUntil: dayAfter(asOf, freshDays(catalogs, catalogId)),
      ...(unnumbered ? { atLeast: true as const } : {}),
      enterprises: found.items.map(({ roles, ...enterprise }) => ({ ...enterprise, roles: [...roles] })),
      source,
      recordIds: recordIds.slice(0, SHOWN),
      recordCount: recordIds.length,
      ...(objection ? { disputed: objection } : {}),
    };
  }

  return Promise.all(shown.map(ofRole));
}
