import type { IndicatorView, ProfileView } from "../../../backend/features/profiles/profile-schemas.ts";
import { formatIndicator } from "../lib/code-names.ts";
import { recordValue } from "../lib/record-value.ts";

/** Of indicators that are a code: the field of their catalog that it comes from. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "identity.enterpriseType": "enterpriseType",
  "identity.scale": "scale",
  "environment.creditGrade": "grade",
  "supply.customsGrade": "grade",
};

const codeWord = (catalogId: string, name: string, value: string): string =>
  recordValue(catalogId, { name, label: { zh: "", en: "" }, type: "code", value });

/** An indicator's value in words. */
export function indicatorText({
  id,
  value,
  unit,
  source,
}: Pick<IndicatorView, "id" | "value" | "unit" | "source">): string {
  const field = FIELD_OF[id];
  return field && typeof value === "string"
    ? codeWord(source.catalogId, field, value)
    : formatIndicator(id, value, unit);
}

type Event = ProfileView["events"][number];
export const eventText = ({ catalogId, field, text }: Event): string =>
  field && text ? codeWord(catalogId, field, text) : "";

type Tie = ProfileView["ties"][number];
export const tieRole = ({ catalogId, roleField, role }: Tie): string =>
  roleField && role ? codeWord(catalogId, roleField, role) : "";

export const licenceKind = (
  { catalogId, kind, kindField }: ProfileView["licences"][number],
  catalogName: string,
): string => (kind && kindField ? codeWord(catalogId, kindField, kind) : catalogName);
