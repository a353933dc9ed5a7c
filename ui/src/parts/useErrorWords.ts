// How is an error said in the reader's language? By its code; an unknown code falls back to what its status means.
import { useTranslation } from "react-i18next";

import type { ApiError } from "@/api/errors";
import { useWords } from "@/i18n/useWords";

export function useErrorWords(error: ApiError): { title: string; text: string } {
  const { t } = useTranslation();
  const words = useWords();
  const kind = error.status >= 500 ? "server" : error.status === 429 ? "busy" : error.status >= 400 ? "request" : "unknown";
  return { title: t("errors.title"), text: words(`errors.${error.code}`) ?? t(`errors.${kind}`) };
}
