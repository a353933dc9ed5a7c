// What is shown when a page throws? That nothing is lost, and a way on; after a release the old files are gone, so it reloads once.
import { Button } from "antd";
import { Unplug } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useRouteError } from "react-router";

import { asApiError } from "@/api/errors";
import { Notice, NotFound, Technical } from "@/parts/states";

const STALE = /dynamically imported module|module script failed|error loading/i;
const KEY = "uems.reloaded";

export function Crash(): ReactNode {
  const { t } = useTranslation();
  const error = useRouteError();
  const stale = error instanceof Error && STALE.test(error.message);
  useEffect(() => {
    if (!stale || sessionStorage.getItem(KEY) === location.pathname) return;
    sessionStorage.setItem(KEY, location.pathname);
    location.reload();
  }, [stale]);
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <Notice
      icon={Unplug}
      tone="bad"
      title={t("states.crash.title")}
      text={
        <>
          {t("states.crash.text")}
          <Technical error={asApiError(error)} />
        </>
      }
      action={<Button onClick={() => location.reload()}>{t("states.reload")}</Button>}
    />
  );
}
