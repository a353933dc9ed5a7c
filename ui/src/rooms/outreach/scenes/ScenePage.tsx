// Who is in this scene now, who was found in it, and what was it over time?
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App, Button, Segmented, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Code } from "@/parts/Copy";
import { Facts, Stat, Stats, type Fact } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Failure, Loading, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import {
  matchesQuery,
  sceneQuery,
  useSaveScene,
  useTurnScene,
  type Scene,
  type SceneMatch,
  type ScenePast,
  type SceneSpec,
} from "./queries";
import { Needs } from "./Needs";
import { Resonance } from "./Resonance";
import { SceneState } from "./ScenesPage";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(sceneQuery(slug, key));
  return <Ready query={query}>{(scene) => <Shown scene={scene} />}</Ready>;
}

function Shown({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const people = useMay("people:read");
  return (
    <Page
      title={scene.name}
      lead={scene.description}
      crumb={<Link to={path("scenes")}>{t("scenes.title")}</Link>}
      actions={<Turns scene={scene} />}
    >
      <Stack>
        <Stats>
          <Stat name={t("scenes.inside")} value={<Num value={scene.inside} />} note={<SceneState state={scene.state} />} />
          <Stat name={t("scenes.day")} value={<Num value={scene.day} />} />
          <Stat name={t("scenes.ever")} value={<Num value={scene.ever} />} />
        </Stats>
        <About scene={scene} />
        {people ? <Needs scene={scene.key} /> : null}
        <Resonance scene={scene} />
        {people ? <Matches scene={scene} /> : null}
        <Versions scene={scene} />
      </Stack>
    </Page>
  );
}

function Turns({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const { mutate, mutateAsync, isPending } = useTurnScene(scene.key);
  if (!useMay("flows:write") || scene.state === "archived") return null;
  const archive = (): void =>
    void modal.confirm({
      title: t("scenes.archiveTitle"),
      content: t("scenes.archiveText"),
      okText: t("scenes.archive"),
      cancelText: t("actions.cancel"),
      onOk: () => mutateAsync("archived").then(() => navigate(path("scenes")), failed),
    });
  const live = scene.state === "live";
  return (
    <>
      <Button onClick={archive}>{t("scenes.archive")}</Button>
      <Link to={path("scenes", scene.key, "edit")}>
        <Button>{t("scenes.edit")}</Button>
      </Link>
      <Button type={live ? "default" : "primary"} loading={isPending} onClick={() => mutate(live ? "paused" : "live", { onError: failed })}>
        {t(live ? "scenes.pause" : "scenes.start")}
      </Button>
    </>
  );
}

function About({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const path = usePath();
  const { spec } = scene;
  const shown = spec.content.find((one) => one.language === language) ?? spec.content[0];
  const facts: Fact[] = [
    [t("scenes.condition"), language === "zh" ? scene.said_zh : scene.said_en],
    [t("scenes.onlyHours"), spec.hours ? t("scenes.hoursFrom", { since: spec.hours.since, until: spec.hours.until }) : t("scenes.anyTime")],
    [t("scenes.stays"), t("scenes.someMinutes", { count: spec.stays_minutes })],
    [t("scenes.coolDown"), t("scenes.someMinutes", { count: spec.cool_down_minutes })],
  ];
  if (shown) facts.push([t("scenes.showsIn", { slot: spec.slot }), [shown.title, shown.text].filter(Boolean).join(" · ") || shown.link]);
  if (spec.variants.length > 0) {
    const shares = spec.variants.map((one) => `${one.name} (${one.key}) ${one.weight}%`).join(" · ");
    facts.push([t("scenes.showsIn", { slot: spec.slot }), shares]);
    facts.push([t("scenes.experimentName"), <Code key="experiment" value={`slot:${scene.key}`} />]);
  }
  if (scene.flows.length > 0) {
    facts.push([
      t("scenes.flows"),
      scene.flows.map((key) => (
        <Link key={key} to={path("flows", key)} style={{ marginInlineEnd: 8 }}>
          {key}
        </Link>
      )),
    ]);
  }
  return (
    <Card title={t("scenes.about")}>
      <Facts items={facts} />
    </Card>
  );
}

function Matches({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [inside, setInside] = useState(false);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(matchesQuery(slug, scene.key, inside));
  const columns: TableColumnsType<SceneMatch> = [
    {
      title: t("scenes.who"),
      key: "who",
      render: (_, one) => <Link to={path("people", one.person_id)}>{t("scenes.person", { id: one.person_id })}</Link>,
    },
    { title: t("scenes.foundAt"), key: "at", render: (_, one) => <Time at={one.at} /> },
    { title: t("scenes.insideUntil"), key: "until", responsive: ["sm"], render: (_, one) => <Time at={one.until} /> },
    { title: t("scenes.time"), key: "no", width: 90, align: "right", responsive: ["md"], render: (_, one) => <Num value={one.match_no} /> },
  ];
  const choice = (
    <Segmented<string>
      value={inside ? "inside" : "all"}
      onChange={(value) => setInside(value === "inside")}
      options={[
        { value: "all", label: t("scenes.allMatches") },
        { value: "inside", label: t("scenes.insideNow") },
      ]}
    />
  );
  return (
    <Card title={t("scenes.matches")} actions={choice} flush>
      {data ? (
        <>
          <Table<SceneMatch>
            rowKey="match_id"
            size="middle"
            columns={columns}
            dataSource={data.pages.flatMap((page) => page.items)}
            pagination={false}
            locale={{ emptyText: t("scenes.nobody") }}
          />
          {hasNextPage ? (
            <div style={{ padding: 16, textAlign: "center" }}>
              <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {t("scenes.more")}
              </Button>
            </div>
          ) : null}
        </>
      ) : error ? (
        <Failure error={error} retry={refetch} />
      ) : (
        <Loading />
      )}
    </Card>
  );
}

function Versions({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const { mutate, isPending } = useSaveScene();
  const may = useMay("flows:write") && scene.state !== "archived";
  const restore = (past: ScenePast): void => {
    const { key, name, description, version } = scene;
    mutate({ key, name, description, spec: past.spec as SceneSpec, base_version: version }, { onError: failed });
  };
  const columns: TableColumnsType<ScenePast> = [
    { title: t("scenes.version"), key: "version", width: 90, render: (_, past) => past.version },
    { title: t("scenes.changed"), key: "at", render: (_, past) => <Time at={past.at} /> },
    { title: t("scenes.by"), key: "by", responsive: ["sm"], render: (_, past) => past.by },
    {
      key: "restore",
      width: 150,
      align: "right",
      render: (_, past) =>
        past.version === scene.version ? (
          t("scenes.inForce")
        ) : may ? (
          <Button size="small" type="text" disabled={isPending} onClick={() => restore(past)}>
            {t("scenes.restore")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card title={t("scenes.versions")} flush>
      <Table<ScenePast> rowKey="version" size="middle" columns={columns} dataSource={[...scene.versions]} pagination={false} />
    </Card>
  );
}
