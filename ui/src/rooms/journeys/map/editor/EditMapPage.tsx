// How shall this map be from now on?
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../contract";
import { mapQuery } from "../queries";
import { readDraft } from "./draft";
import { MapEditor } from "./MapEditor";
import { MapVersions } from "./MapVersions";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("maps:write");
  const query = useQuery({ ...mapQuery(slug, key), enabled: may });
  return may ? <Ready query={query}>{(map) => <Edited key={map.key} map={map} />}</Ready> : <NoPermission />;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Edited({ map }: { map: JourneyMap }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [opened] = useState({ map, start: readDraft(map) });
  return (
    <MapEditor
      {...opened}
      crumb={
        <>
          <Link to={path("journey")}>{t("journeyMap.title")}</Link>
          {" / "}
          <Link to={`${path("journey")}?map=${map.key}`}>{opened.map.name}</Link>
        </>
      }
      actions={<MapVersions map={opened.map} />}
    />
  );
}
