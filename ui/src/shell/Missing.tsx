import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { NotFound } from "@/parts/states";

export function Component(): ReactNode {
  const { t } = useTranslation();
  return <NotFound action={<Button href="/">{t("states.home")}</Button>} />;
}
