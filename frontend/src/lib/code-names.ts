import { YUXI_DISTRICTS } from "../../../backend/features/data-exchange/domain/districts.ts";
import { formatValue, type LocalizedText, localized, type Unit, type Value } from "./format.ts";

/* Words for the codes that indicators hold, so that nobody has to read "active" or "530402". */

const REGISTRATION_STATUS: Readonly<Record<string, LocalizedText>> = {
  active: { zh: "存续", en: "In business" },
  dormant: { zh: "歇业", en: "Dormant" },
  cancelled: { zh: "注销", en: "Cancelled" },
  revoked: { zh: "吊销", en: "Revoked" },
  "moved-out": { zh: "迁出", en: "Moved out" },
};

const sameWord = (word: string): LocalizedText => ({ zh: word, en: word });

const NAMES: Readonly<Record<string, Readonly<Record<string, LocalizedText>>>> = {
  "identity.status": REGISTRATION_STATUS,
  "identity.districtCode": Object.fromEntries(YUXI_DISTRICTS.map(({ code, name }) => [code, name])),
  "tax.creditGrade": Object.fromEntries(["A", "B", "M", "C", "D"].map((grade) => [grade, sameWord(grade)])),
};

/** A registration status in the reader's language; what isn't known stays as it is. */
export const registrationStatusName = (status: string): string => {
  const name = REGISTRATION_STATUS[status];
  return name ? localized(name) : status;
};

/** The codes that an indicator can have, for a select; undefined when they are too many to choose from. */
export const codesOf = (indicatorId: string): { value: string; label: string }[] | undefined => {
  const names = NAMES[indicatorId];
  return names && Object.entries(names).map(([value, name]) => ({ value, label: localized(name) }));
};

/** An indicator's value with its unit, codes in words. */
export function formatIndicator(indicatorId: string, value: Value, unit: Unit | string): string {
  const name = NAMES[indicatorId]?.[String(value)];
  return name ? localized(name) : formatValue(value, unit);
}
