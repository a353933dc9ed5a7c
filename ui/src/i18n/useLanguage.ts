import { useTranslation } from "react-i18next";

import { isLanguage, TAG, type Language } from ".";

/** The language in force and the tag that Intl takes. */
export function useLanguage(): { language: Language; tag: string } {
  const { i18n } = useTranslation();
  const language = isLanguage(i18n.language) ? i18n.language : "en";
  return { language, tag: TAG[language] };
}
