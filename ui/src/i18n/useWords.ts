import { useTranslation } from "react-i18next";

/** The words for a key that is only known at run time, such as one made from a code of the server; null if there are none. */
export function useWords(): (key: string) => string | null {
  const { i18n } = useTranslation();
  return (key) => {
    const words: string = i18n.exists(key) ? i18n.t(key, { defaultValue: "" }) : "";
    return words === "" ? null : words;
  };
}
