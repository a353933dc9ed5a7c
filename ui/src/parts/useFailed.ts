import { App } from "antd";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { useWords } from "@/i18n/useWords";

/** Says that something failed where there is no form to say it in. */
export function useFailed(): (error: unknown) => void {
  const { message } = App.useApp();
  const { t } = useTranslation();
  const words = useWords();
  return (error) => void message.error(words(`errors.${asApiError(error).code}`) ?? t("errors.request"));
}
