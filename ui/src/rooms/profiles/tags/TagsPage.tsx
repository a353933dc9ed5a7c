// What is known of people, by which standard, and is it current? Every tag with its health.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Segmented, Select, Table, Tooltip, type TableColumnsType } from "antd";
import { Plus, Search, Sparkles, Tags as TagsIcon, Theater } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Bar, Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Coverage, HealthPill, MadeFrom, Owner } from "./marks";
import { tagsQuery, useSetUpTags, type Tag } from "./queries";
import styles from "./Tags.module.css";
import { useSpoken } from "./words";

const FAMILIES = ["behaviour", "attribute", "psychological"] as const;
const KINDS = ["rule", "computed", "model", "manual", "imported"] as const;
const HEALTH = ["ok", "waiting", "failing", "stale", "empty", "new", "disabled"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(tagsQuery(slug));
  return (
    <Page title={t("tags.title")} lead={t("tags.lead")} actions={<Actions />}>
      <Ready query={query} rows={8}>
        {({ items }) => (items.length === 0 ? <Nothing /> : <Catalogue items={items} />)}
      </Ready>
    </Page>
  );
}

function Actions(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <>
      <Link to={path("tag-roles")}>
        <Button icon={<Theater size={14} aria-hidden />}>{t("tags.roles")}</Button>
      </Link>
      {useMay("tags:write") ? (
        <Link to={path("tags", "new-tag")}>
          <Button type="primary" icon={<Plus size={14} aria-hidden />}>
            {t("tags.new")}
          </Button>
        </Link>
      ) : null}
    </>
  );
}

function Nothing(): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useSetUpTags();
  const setUp = (): void =>
    mutate(undefined, {
      onSuccess: ({ installed }) => void message.success(t("tags.setUpDone", { count: installed.length })),
      onError: failed,
    });
  return (
    <Card>
      <Notice
        icon={TagsIcon}
        title={t("tags.empty.title")}
        text={t("tags.empty.text")}
        action={
          useMay("tags:write") ? (
            <Button type="primary" icon={<Sparkles size={14} aria-hidden />} loading={isPending} onClick={setUp}>
              {t("tags.setUp")}
            </Button>
          ) : null
        }
      />
    </Card>
  );
}

function useFound(items: readonly Tag[]): readonly Tag[] {
  const spoken = useSpoken();
  const [search] = useParam("search");
  const [family] = useParam("family");
  const [kind] = useParam("kind");
  const [health] = useParam("health");
  const wanted = search.trim().toLowerCase();
  const texts = (tag: Tag): string[] => [tag.key, tag.owner ?? "", spoken(tag.label), spoken(tag.description)];
  return items.filter(
    (tag) =>
      (family === "" || tag.family === family) &&
      (kind === "" || tag.kind === kind) &&
      (health === "" || tag.health === health || (health === "attention" && needsAttention(tag))) &&
      (wanted === "" || texts(tag).some((text) => text.toLowerCase().includes(wanted))),
  );
}

function needsAttention(tag: Tag): boolean {
  return tag.health === "failing" || tag.health === "stale" || tag.health === "waiting" || tag.health === "empty";
}

function Catalogue({ items }: { items: readonly Tag[] }): ReactNode {
  const { t } = useTranslation();
  const found = useFound(items);
  const columns = useColumns();
  const path = usePath();
  const navigate = useNavigate();
  const ill = items.filter(needsAttention).length;
  return (
    <Stack>
      <Stats>
        <Stat name={t("tags.count")} value={<Num value={items.length} to="?" label={t("tags.count")} />} />
        <Stat
          name={t("tags.healthy")}
          value={<Num value={items.filter((tag) => tag.health === "ok").length} to="?health=ok" label={t("tags.healthy")} />}
        />
        <Stat name={t("tags.attention")} value={<Num value={ill} to="?health=attention" label={t("tags.attention")} />} />
      </Stats>
      <div>
        <Filters />
        <Card flush>
          {found.length === 0 ? (
            <Notice icon={Search} title={t("tags.none.title")} text={t("tags.none.text")} />
          ) : (
            <Table<Tag>
              rowKey="key"
              size="middle"
              columns={columns}
              dataSource={[...found]}
              pagination={found.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
              rowClassName={styles.clickable ?? ""}
              onRow={(tag) => ({
                onClick: (event) => {
                  if (!(event.target as HTMLElement).closest("a")) void navigate(path("tags", tag.key));
                },
              })}
            />
          )}
        </Card>
      </div>
    </Stack>
  );
}

function Filters(): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useParam("search");
  const [family, setFamily] = useParam("family");
  const [kind, setKind] = useParam("kind");
  const [health, setHealth] = useParam("health");
  return (
    <Bar>
      <Input
        className={styles.search ?? ""}
        value={search}
        onChange={(change) => setSearch(change.target.value, { replace: true })}
        placeholder={t("tags.search")}
        aria-label={t("tags.search")}
        prefix={<Search size={14} aria-hidden />}
        allowClear
      />
      <Segmented
        options={[{ value: "", label: t("tags.all") }, ...FAMILIES.map((value) => ({ value, label: t(`tags.families.${value}`) }))]}
        value={family}
        onChange={(value) => setFamily(value)}
        aria-label={t("tags.familyLabel")}
      />
      <Select
        value={kind}
        onChange={(value) => setKind(value)}
        aria-label={t("tags.kindLabel")}
        popupMatchSelectWidth={false}
        options={[{ value: "", label: t("tags.anyKind") }, ...KINDS.map((value) => ({ value, label: t(`tags.kinds.${value}`) }))]}
      />
      <Select
        value={health}
        onChange={(value) => setHealth(value)}
        aria-label={t("tags.healthLabel")}
        popupMatchSelectWidth={false}
        options={[
          { value: "", label: t("tags.anyHealth") },
          { value: "attention", label: t("tags.attention") },
          ...HEALTH.map((value) => ({ value, label: t(`tags.health.${value}`) })),
        ]}
      />
    </Bar>
  );
}

function useColumns(): TableColumnsType<Tag> {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const path = usePath();
  return [
    {
      title: t("tags.tag"),
      key: "tag",
      sorter: (a, b) => spoken(a.label, a.key).localeCompare(spoken(b.label, b.key)),
      render: (_, tag) => (
        <Link to={path("tags", tag.key)} className={styles.name}>
          <strong>{spoken(tag.label, tag.key)}</strong>
          <span>{spoken(tag.description, tag.key)}</span>
        </Link>
      ),
    },
    { title: t("tags.familyLabel"), key: "family", width: 100, responsive: ["lg"], render: (_, tag) => t(`tags.families.${tag.family}`) },
    {
      title: t("tags.kindLabel"),
      key: "kind",
      width: 90,
      responsive: ["lg"],
      render: (_, tag) => <Pill>{t(`tags.kinds.${tag.kind}`)}</Pill>,
    },
    {
      title: t("tags.coverage"),
      key: "coverage",
      width: 150,
      sorter: (a, b) => (a.coverage ?? -1) - (b.coverage ?? -1),
      render: (_, tag) => <Coverage tag={tag} />,
    },
    {
      title: t("tags.lineage"),
      key: "lineage",
      width: 170,
      responsive: ["xl"],
      render: (_, tag) => <MadeFrom tag={tag} />,
    },
    { title: t("tags.fresh"), key: "fresh", width: 110, responsive: ["md"], render: (_, tag) => <Time at={tag.computed_at} /> },
    {
      title: t("tags.healthLabel"),
      key: "health",
      width: 130,
      responsive: ["sm"],
      render: (_, tag) => (
        <Tooltip title={spoken(tag.reason)}>
          <span>
            <HealthPill health={tag.health} />
          </span>
        </Tooltip>
      ),
    },
    {
      title: t("tags.owner"),
      key: "owner",
      width: 110,
      responsive: ["xl"],
      render: (_, tag) => <Owner tag={tag} />,
    },
    {
      title: t("tags.version"),
      key: "version",
      width: 80,
      align: "right",
      responsive: ["xl"],
      render: (_, tag) => <span className="tabular">{tag.version}</span>,
    },
  ];
}
