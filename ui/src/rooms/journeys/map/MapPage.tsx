// Which way do people take, and where are they lost? The map of a workspace as a picture; every number opens its people.
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { FileDown, Pencil } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Page } from "@/parts/Page";
import type { Period } from "@/parts/period";
import { PeriodPicker } from "@/parts/PeriodPicker";
import { NotFound, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useSample } from "../reports/TooLarge";
import type { JourneyMap } from "./contract";
import { FirstMap } from "./FirstMap";
import styles from "./Map.module.css";
import { MapMenu } from "./MapMenu";
import { mapsQuery, useMapPaper } from "./queries";
import { Shown } from "./Shown";
import { specOf, useMapPeriod } from "./useMapAsked";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [key] = useParam("map");
  const query = useQuery(mapsQuery(slug));
  const maps = query.data?.items ?? [];
  const map = maps.find((one) => one.key === key) ?? (key === "" ? maps[0] : undefined);
  return (
    <Page
      title={map?.name ?? t("journeyMap.title")}
      lead={map ? map.description || t("journeyMap.lead") : t("journeyMap.lead")}
      {...(map ? { actions: <Actions map={map} maps={maps} /> } : {})}
    >
      <Ready query={query} rows={10}>
        {({ items }) => (map ? <Shown key={map.key} map={map} /> : items.length === 0 ? <FirstMap /> : <Gone />)}
      </Ready>
    </Page>
  );
}

function Gone(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return <NotFound action={<Link to={path("journey")}>{t("journeyMap.toMaps")}</Link>} />;
}

function Actions({ map, maps }: { map: JourneyMap; maps: readonly JourneyMap[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("maps:write");
  const [period, setPeriod] = useMapPeriod();
  const [, choose] = useParam("map");
  return (
    <>
      {maps.length > 1 ? (
        <Select<string>
          className={styles.maps ?? ""}
          value={map.key}
          onChange={(next) => choose(next, { without: ["behind"] })}
          aria-label={t("journeyMap.which")}
          options={maps.map((one) => ({ value: one.key, label: one.name }))}
          popupMatchSelectWidth={false}
        />
      ) : null}
      <SegmentChoice />
      <PeriodPicker period={period} onChange={setPeriod} />
      {may ? (
        <Link to={path("journey", map.key, "edit")}>
          <Button icon={<Pencil size={14} aria-hidden />}>{t("actions.edit")}</Button>
        </Link>
      ) : null}
      <PaperButton map={map} period={period} />
      <MapMenu map={map} />
    </>
  );
}

/** The map as a PDF, of the period and the segment that are shown. */
function PaperButton({ map, period }: { map: JourneyMap; period: Period }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const failed = useFailed();
  const [segment] = useParam("segment");
  const [sample] = useSample();
  const { mutate, isPending } = useMapPaper(map);
  return (
    <Button
      icon={<FileDown size={14} aria-hidden />}
      loading={isPending}
      aria-label={t("journeyMap.pdfOf", { name: map.name })}
      onClick={() => mutate({ language, spec: specOf(map.key, period, segment, sample) }, { onError: failed })}
    >
      {t("journeyMap.pdf")}
    </Button>
  );
}

function SegmentChoice(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("segments:read");
  const [segment, choose] = useParam("segment");
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: may });
  const options = (data?.items ?? []).map((one) => ({ value: one.key, label: one.name }));
  if (!may || (options.length === 0 && segment === "")) return null;
  return (
    <Select<string>
      className={styles.segments ?? ""}
      value={segment}
      onChange={(next) => choose(next, { without: ["behind"] })}
      aria-label={t("journeyMap.segment")}
      options={[{ value: "", label: t("journeyMap.everybody") }, ...options]}
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={false}
    />
  );
}
