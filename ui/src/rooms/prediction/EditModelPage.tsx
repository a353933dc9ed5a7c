// What shall this model foretell from now on?
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Page } from "@/parts/Page";
import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { draftOf } from "./draft";
import { OwnModel } from "./OwnModel";
import { modelQuery, type Model } from "./queries";
import { definitionOf, useLabel } from "./words";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("models:write");
  const query = useQuery({ ...modelQuery(slug, key), enabled: may });
  return may ? <Ready query={query}>{(model) => <Edited key={model.key} model={model} />}</Ready> : <NoPermission />;
}

/** Holds on to what was opened, whatever is trained meanwhile. */
function Edited({ model }: { model: Model }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const label = useLabel();
  const [start] = useState(() => draftOf(model.key, definitionOf(model)));
  return (
    <Page
      title={t("models.editTitle")}
      lead={t("models.editLead")}
      crumb={
        <>
          <Link to={path("models")}>{t("models.title")}</Link>
          {" / "}
          <Link to={path("models", model.key)}>{label(definitionOf(model))}</Link>
        </>
      }
    >
      <OwnModel start={start} edited />
    </Page>
  );
}
