import type { IndicatorView, ProfileView } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatIndicator } from "../lib/code-names.ts";
import { useCodeWord } from "../lib/record-value.ts";

/** Of indicators that are a code: the field of their catalog that it comes from. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "identity.enterpriseType": "enterpriseType",
  "identity.scale": "scale",
  "environment.creditGrade": "grade",
  "supply.customsGrade": "grade",
};

type Event = ProfileView["events"][number];
type Tie = ProfileView["ties"][number];
type Licence = ProfileView["licences"][number];

/** What a profile says in codes, in words. */
export function useProfileWords() {
  const codeWord = useCodeWord();
  return {
    /** An indicator's value. */
    indicatorText({
      id,
      value,
      unit,
      source,
    }: Pick<IndicatorView, "id" | "value" | "unit"> & { source: { catalogId: string } }): string {
      const field = FIELD_OF[id];
      return field && typeof value === "string"
        ? codeWord(source.catalogId, field, value)
        : formatIndicator(id, value, unit);
    },
    eventText: ({ catalogId, field, text }: Event): string => (field && text ? codeWord(catalogId, field, text) : ""),
    tieRole: ({ catalogId, roleField, role }: Tie): string =>
      roleField && role ? codeWord(catalogId, roleField, role) : "",
    licenceKind: ({ catalogId, kind, kindField }: Licence, catalogName: string): string =>
      kind && kindField ? codeWord(catalogId, kindField, kind) : catalogName,
  };
}
