// How does a new map begin? From a template that is filled in from the workspace's own events, or from nothing.
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Page } from "@/parts/Page";
import { NoPermission, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { fitOf, TemplateCards } from "../FirstMap";
import { filledQuery, type FilledTemplate } from "../queries";
import { blankDraft, readDraft } from "./draft";
import { MapEditor } from "./MapEditor";

const STAGES = ["awareness", "use", "conversion", "retention", "advocacy"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("maps:write");
  const [template] = useParam("template");
  const crumb = <Link to={path("journey")}>{t("journeyMap.title")}</Link>;
  if (!may) return <NoPermission />;
  if (template === "none") return <Blank crumb={crumb} />;
  if (template !== "") return <FromTemplate key={template} template={template} crumb={crumb} />;
  return (
    <Page title={t("mapEditor.newTitle")} lead={t("mapEditor.newLead")} crumb={crumb}>
      <TemplateCards />
    </Page>
  );
}

function Blank({ crumb }: { crumb: ReactNode }): ReactNode {
  const { t } = useTranslation();
  const draft = useMemo(() => blankDraft(STAGES.map((key) => ({ key, name: t(`mapEditor.stages.${key}`) }))), [t]);
  return <MapEditor map={null} start={draft} crumb={crumb} />;
}

function FromTemplate({ template, crumb }: { template: string; crumb: ReactNode }): ReactNode {
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const query = useQuery(filledQuery(slug, template, language));
  return (
    <Ready query={query} rows={10}>
      {(filled) => <MapEditor map={null} start={readDraft(filled)} crumb={crumb} notice={<Fit filled={filled} />} />}
    </Ready>
  );
}

function Fit({ filled }: { filled: FilledTemplate }): ReactNode {
  const { t } = useTranslation();
  const { missing } = filled;
  return (
    <Alert
      type={missing.length === 0 ? "success" : "info"}
      showIcon
      title={t("journeyMap.fit", fitOf(filled))}
      {...(missing.length === 0 ? {} : { description: t("mapEditor.missing", { names: missing.join(t("bottlenecks.comma")) }) })}
    />
  );
}
