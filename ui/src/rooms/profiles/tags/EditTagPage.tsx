// What shall this tag say from now on?
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { draftOf } from "./editor/draft";
import { TagEditor } from "./editor/TagEditor";
import { tagQuery, type Tag } from "./queries";
import { useSpoken } from "./words";

export function Component(): ReactNode {
  const { tag = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("tags:write");
  const query = useQuery({ ...tagQuery(slug, tag), enabled: may });
  return may ? <Ready query={query}>{(found) => <Edited key={found.key} tag={found} />}</Ready> : <NoPermission />;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Edited({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const spoken = useSpoken();
  const [opened] = useState(() => ({ tag, draft: draftOf(tag) }));
  return (
    <TagEditor
      {...opened}
      crumb={
        <>
          <Link to={path("tags")}>{t("tags.title")}</Link>
          {" / "}
          <Link to={path("tags", tag.key)}>{spoken(tag.label, tag.key)}</Link>
        </>
      }
    />
  );
}
