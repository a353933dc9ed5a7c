// How are segments, tags and the tracking plan kept as code? Downloaded as YAML; put in force after the plan was seen.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stack } from "@/parts/Page";
import { NoPermission } from "@/parts/states";
import { useMay } from "@/shell/workspace";
import { ApplyDocuments } from "./ApplyDocuments";
import { DownloadConfig } from "./DownloadConfig";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const rights = [useMay("segments:read"), useMay("plan:read"), useMay("tags:read")];
  if (!rights.every(Boolean)) return <NoPermission />;
  return (
    <Stack>
      <p className="soft">{t("config.lead")}</p>
      <DownloadConfig />
      <ApplyDocuments />
    </Stack>
  );
}
