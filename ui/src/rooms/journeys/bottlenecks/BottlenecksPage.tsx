// Where are people lost, since when, for whom, and what is it worth? One scan of a map, its findings ranked, and silence where nothing is.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Select } from "antd";
import { Map as MapIcon } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Bar, Page } from "@/parts/Page";
import { PeriodPicker } from "@/parts/PeriodPicker";
import { Notice, NotFound, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../map/contract";
import { mapsQuery } from "../map/queries";
import { useMapPeriod } from "../map/useMapAsked";
import { CopyLink, SaveNew } from "../reports/actions";
import { savedDays } from "../reports/form/days";
import { readSpec, tidy, withFields, writeSpec } from "../reports/spec";
import { useSample } from "../reports/TooLarge";
import { axesIn } from "./axes";
import styles from "./Bottlenecks.module.css";
import { Looking } from "./Looking";
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
  const [look, setLook] = useParam("look");
  const [sample] = useSample();
  const navigate = useNavigate();
  const [period] = useMapPeriod();
  const level: Level = LEVELS.find((each) => each === wanted) ?? "touchpoints";
  const map = maps.find((one) => one.key === key) ?? (key === "" ? maps[0] : undefined);
  const axes = useMemo(() => axesIn(readSpec(look)), [look]);
  const spec = useMemo(() => specOf(map?.key ?? "", period, level, axes, sample), [map?.key, period, level, axes, sample]);
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
        <CopyLink />
        <SaveNew
          kind="bottlenecks"
          spec={tidy(withFields(spec, { first_day: undefined, last_day: undefined, ...savedDays(period) }))}
          onSaved={(saved) => void navigate(path("reports", saved.key))}
        />
      </Bar>
      <Looking
        key={`${map.key} ${look}`}
        map={map}
        axes={axes}
        onChange={(next) => setLook(Object.keys(next).length > 0 ? writeSpec(next) : "", { without: ["behind"] })}
      />
      <Scanning key={map.key} map={map} spec={spec} />
    </>
  );
}
