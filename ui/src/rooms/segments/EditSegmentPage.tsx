// What shall this segment ask from now on?
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Builder } from "./builder/Builder";
import { segmentQuery, type Segment } from "./queries";
import { read } from "./read";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("segments:write");
  const query = useQuery({ ...segmentQuery(slug, key), enabled: may });
  return may ? <Ready query={query}>{(segment) => <Edited key={segment.key} segment={segment} />}</Ready> : <NoPermission />;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Edited({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [opened] = useState(() => ({
    segment,
    root: read(segment.condition),
    names: { key: segment.key, name: segment.name, description: segment.description },
  }));
  return (
    <Builder
      {...opened}
      crumb={
        <>
          <Link to={path("segments")}>{t("segments.title")}</Link>
          {" / "}
          <Link to={path("segments", segment.key)}>{opened.segment.name}</Link>
        </>
      }
    />
  );
}
