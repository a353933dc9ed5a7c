// Which language does the page speak? One dictionary is loaded, the other only when it is asked for.
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

import type { Locale as AntdLocale } from "antd/es/locale";

export type Language = "zh" | "en";
export const LANGUAGES: readonly Language[] = ["zh", "en"];
/** Each language is named in itself, so that whoever reads it finds it. */
export const OWN_NAME: Record<Language, string> = { zh: "中文", en: "English" };
const KEY = "uems.language";

/** The tag that Intl and <html lang> take. */
export const TAG: Record<Language, string> = { zh: "zh-CN", en: "en-US" };

const antdLocales: Partial<Record<Language, AntdLocale>> = {};

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "translation")) return;
  const [words, locale] = await Promise.all(
    language === "zh"
      ? [import("./zh"), import("antd/locale/zh_CN"), import("dayjs/locale/zh-cn")]
      : [import("./en"), import("antd/locale/en_US")],
  );
  i18next.addResourceBundle(language, "translation", words.default);
  antdLocales[language] = locale.default;
}

export function isLanguage(value: unknown): value is Language {
  return value === "zh" || value === "en";
}

/** The language chosen in this browser, else the first of the browser's own that we speak. */
export function preferredLanguage(): Language {
  try {
    const stored = localStorage.getItem(KEY);
    if (isLanguage(stored)) return stored;
  } catch {
    // storage may be forbidden; then the browser's languages decide
  }
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);
  return known ?? "en";
}

export async function startLanguages(): Promise<i18n> {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
    returnNull: false,
    react: { useSuspense: false },
  });
  await switchLanguage(language, false);
  // Chosen in another tab: this one follows.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY && isLanguage(event.newValue)) void switchLanguage(event.newValue, false);
  });
  return i18next;
}

export async function switchLanguage(language: Language, remember = true): Promise<void> {
  await load(language);
  if (remember) {
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // the choice then lasts until the page is closed
    }
  }
  document.documentElement.lang = TAG[language];
  await i18next.changeLanguage(language);
}

export function antdLocale(language: Language): AntdLocale | undefined {
  return antdLocales[language];
}
