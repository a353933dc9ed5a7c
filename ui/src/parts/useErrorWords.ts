// How is an error said in the reader's language? By its code; an unknown code falls back to what its status means.
import { useTranslation } from "react-i18next";

import type { ApiError } from "@/api/errors";

export function useErrorWords(error: ApiError): { title: string; text: string } {
  const { t, i18n } = useTranslation();
  const byCode = `errors.${error.code}`;
  if (i18n.exists(byCode)) return { title: t("errors.title"), text: i18n.t(byCode as "errors.offline") };
  const kind = error.status >= 500 ? "server" : error.status === 429 ? "busy" : error.status >= 400 ? "request" : "unknown";
  return { title: t("errors.title"), text: t(`errors.${kind}`) };
}
