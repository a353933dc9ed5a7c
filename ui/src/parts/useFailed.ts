import { App } from "antd";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";

/** Says that something failed where there is no form to say it in. */
export function useFailed(): (error: unknown) => void {
  const { message } = App.useApp();
  const { t, i18n } = useTranslation();
  return (error) => {
    const { code } = asApiError(error);
    const key = `errors.${code}`;
    void message.error(i18n.exists(key) ? i18n.t(key as "errors.offline") : t("errors.request"));
  };
}
