// What shall be foretold? A model from a template with its few settings, or from a definition of one's own.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Page } from "@/parts/Page";
import { NoPermission, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { blankModel } from "./draft";
import { OwnModel } from "./OwnModel";
import { templatesQuery } from "./queries";
import { TemplateForm } from "./TemplateForm";
import { useLabel } from "./words";

const OWN = "own";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const label = useLabel();
  const may = useMay("models:write");
  const query = useQuery(templatesQuery(slug));
  const [asked, choose] = useParam("template");
  const [start] = useState(blankModel);
  if (!may) return <NoPermission />;
  return (
    <Page title={t("models.newTitle")} lead={t("models.newLead")} crumb={<Link to={path("models")}>{t("models.title")}</Link>}>
      <Ready query={query}>
        {({ items }) => {
          const chosen = items.find((each) => each.key === asked) ?? (asked === OWN ? null : items[0]);
          return (
            <>
              <div style={{ marginBottom: 16, overflowX: "auto" }}>
                <Segmented
                  value={chosen?.key ?? OWN}
                  onChange={(next) => choose(next)}
                  aria-label={t("models.from")}
                  options={[...items.map((each) => ({ value: each.key, label: label(each) })), { value: OWN, label: t("models.own") }]}
                />
              </div>
              {chosen ? <TemplateForm key={chosen.key} template={chosen} /> : <OwnModel start={start} />}
            </>
          );
        }}
      </Ready>
    </Page>
  );
}
