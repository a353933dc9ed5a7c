// Where are people lost, since when, for whom, and what is it worth? One scan of a map, its findings ranked, and silence where nothing is.
import { useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Segmented, Select } from "antd";
import { Map as MapIcon } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Page } from "@/parts/Page";
import { PeriodPicker } from "@/parts/PeriodPicker";
import { Notice, NotFound, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../map/contract";
import { mapsQuery } from "../map/queries";
import { useMapPeriod } from "../map/useMapAsked";
import styles from "./Bottlenecks.module.css";
import { LEVELS, specOf, type Level } from "./queries";
import { Scanning } from "./Scanning";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(mapsQuery(slug));
  const [period, setPeriod] = useMapPeriod();
  return (
    <Page title={t("bottlenecks.title")} lead={t("bottlenecks.lead")} actions={<PeriodPicker period={period} onChange={setPeriod} />}>
      <Ready query={query}>{({ items }) => (items.length === 0 ? <NoMap /> : <Choices maps={items} />)}</Ready>
    </Page>
  );
}

function NoMap(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Notice
      icon={MapIcon}
      title={t("bottlenecks.noMap.title")}
      text={t("bottlenecks.noMap.text")}
      action={
        <Link to={path("journey")}>
          <Button type="primary">{t("bottlenecks.noMap.action")}</Button>
        </Link>
      }
    />
  );
}

function Choices({ maps }: { maps: readonly JourneyMap[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [key, choose] = useParam("map");
  const [wanted, setLevel] = useParam("level", "touchpoints");
  const [tags, setTags] = useParam("tags");
  const mayTags = useMay("tags:read");
  const [period] = useMapPeriod();
  const level: Level = LEVELS.find((each) => each === wanted) ?? "touchpoints";
  const map = maps.find((one) => one.key === key) ?? (key === "" ? maps[0] : undefined);
  const spec = useMemo(() => specOf(map?.key ?? "", period, level, tags === "1"), [map?.key, period, level, tags]);
  if (!map) return <NotFound action={<Link to={path("bottlenecks")}>{t("bottlenecks.toFirst")}</Link>} />;
  return (
    <>
      <Bar>
        <Select<string>
          className={styles.maps ?? ""}
          value={map.key}
          onChange={(next) => choose(next, { without: ["behind"] })}
          aria-label={t("journeyMap.which")}
          options={maps.map((one) => ({ value: one.key, label: one.name }))}
          popupMatchSelectWidth={false}
        />
        <Segmented<Level>
          value={level}
          onChange={(next) => setLevel(next, { without: ["behind"] })}
          aria-label={t("bottlenecks.level")}
          options={LEVELS.map((value) => ({ value, label: t(`bottlenecks.levels.${value}`) }))}
        />
        {mayTags ? (
          <Checkbox checked={tags === "1"} onChange={(event) => setTags(event.target.checked ? "1" : "", { without: ["behind"] })}>
            {t("bottlenecks.withTags")}
          </Checkbox>
        ) : null}
      </Bar>
      <Scanning key={map.key} map={map} spec={spec} />
    </>
  );
}
