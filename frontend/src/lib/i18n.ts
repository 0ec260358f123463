import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18n from "i18next";
import { initReactI18next } from "react-i18next";

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];
const STORAGE_KEY = "rongqiao.language";

// Each file src/locales/<language>/<namespace>.json is a namespace; they are part of the bundle, so no text loads late.
const files = import.meta.glob<Record<string, unknown>>("../locales/*/*.json", { eager: true, import: "default" });

function resources(): Record<string, Record<string, Record<string, unknown>>> {
  const found: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const [path, content] of Object.entries(files)) {
    const [, language, namespace] = /\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    if (!language || !namespace) continue;
    found[language] ??= {};
    found[language][namespace] = content;
  }
  return found;
}

function firstLanguage(): Language {
  const kept = localStorage.getItem(STORAGE_KEY);
  if (kept === "zh-CN" || kept === "en") return kept;
  // Chinese first: English only for a browser that asks for it and not for Chinese.
  return !navigator.languages.some((tag) => tag.startsWith("zh")) && navigator.language.startsWith("en")
    ? "en"
    : "zh-CN";
}

function applyLanguage(language: string): void {
  document.documentElement.lang = language;
  dayjs.locale(language === "zh-CN" ? "zh-cn" : "en");
}

export async function startI18n(): Promise<void> {
  i18n.on("languageChanged", applyLanguage);
  await i18n.use(initReactI18next).init({
    lng: firstLanguage(),
    fallbackLng: "zh-CN",
    resources: resources(),
    defaultNS: "common",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORAGE_KEY, language);
  await i18n.changeLanguage(language);
}
