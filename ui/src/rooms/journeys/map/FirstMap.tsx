// What can a map begin with? The templates, each with how many of its touchpoints the workspace's own events fill.
import { useQuery } from "@tanstack/react-query";
import { Button, Progress, Skeleton } from "antd";
import { Map as MapIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { ArchivedMaps } from "./ArchivedMaps";
import styles from "./Map.module.css";
import { allMapsQuery, filledQuery, mapTemplatesQuery, type FilledTemplate, type MapTemplate } from "./queries";

/** For a workspace without any map. */
export function FirstMap(): ReactNode {
  const { t } = useTranslation();
  const may = useMay("maps:write");
  return (
    <Stack>
      <Card>
        <Notice
          compact
          icon={MapIcon}
          title={t("journeyMap.empty.title")}
          text={t(may ? "journeyMap.empty.text" : "journeyMap.empty.ask")}
        />
      </Card>
      {may ? <TemplateCards /> : null}
      {may ? <Aside /> : null}
    </Stack>
  );
}

/** Maps that were put aside, if there are any. */
function Aside(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [open, setOpen] = useState(false);
  const { data } = useQuery(allMapsQuery(slug));
  if (!data?.items.some(({ archived }) => archived)) return null;
  return (
    <div>
      <Button type="link" style={{ padding: 0 }} onClick={() => setOpen(true)}>
        {t("journeyMap.menu.archivedMaps")}
      </Button>
      {open ? <ArchivedMaps onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

export function TemplateCards(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(mapTemplatesQuery(slug));
  return (
    <Ready query={query}>
      {({ items }) => (
        <>
          <div className={styles.templates}>
            {items.map((template) => (
              <TemplateCard key={template.key} template={template} />
            ))}
          </div>
          <div>
            <Link to={`${path("journey", "new-map")}?template=none`}>
              <Button type="link" style={{ padding: 0 }}>
                {t("journeyMap.blank")}
              </Button>
            </Link>
          </div>
        </>
      )}
    </Ready>
  );
}

/** How many touchpoints of the template have events here, and how many it has. */
export function fitOf({ drawing, missing }: FilledTemplate): { readonly found: number; readonly all: number } {
  const found = drawing.stages.reduce((sum, stage) => sum + (stage.touchpoints?.length ?? 0), 0);
  return { found, all: found + missing.length };
}

function TemplateCard({ template }: { template: MapTemplate }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const path = usePath();
  const { data } = useQuery(filledQuery(slug, template.key, language));
  const fit = data ? fitOf(data) : null;
  return (
    <Link to={`${path("journey", "new-map")}?template=${template.key}`} className={styles.template}>
      <strong>{language === "zh" ? template.label_zh : template.label_en}</strong>
      <span className="soft">{language === "zh" ? template.text_zh : template.text_en}</span>
      <span className={styles.fit}>
        {fit ? (
          <>
            <span className="faint">{t("journeyMap.fit", fit)}</span>
            <Progress
              percent={fit.all === 0 ? 0 : (fit.found / fit.all) * 100}
              showInfo={false}
              size="small"
              aria-label={t("journeyMap.fit", fit)}
            />
          </>
        ) : (
          <Skeleton.Input active size="small" block />
        )}
      </span>
    </Link>
  );
}
