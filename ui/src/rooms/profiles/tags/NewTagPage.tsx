// What shall be known of people from now on? A new tag, from nothing.
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { NoPermission } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath } from "@/shell/workspace";
import { blankDraft, WAYS } from "./editor/draft";
import { TagEditor } from "./editor/TagEditor";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("tags:write");
  const [kind] = useParam("kind");
  const [draft] = useState(() => blankDraft(WAYS.find((way) => way === kind)));
  if (!may) return <NoPermission />;
  return <TagEditor tag={null} draft={draft} crumb={<Link to={path("tags")}>{t("tags.title")}</Link>} />;
}
