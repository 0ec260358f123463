import { useTranslation } from "react-i18next";
import { type LocalizedText, localized } from "../lib/format.ts";

/** A text that the server holds in both languages. */
export function Localized({ text }: { text: LocalizedText }) {
  useTranslation();
  return <>{localized(text)}</>;
}
