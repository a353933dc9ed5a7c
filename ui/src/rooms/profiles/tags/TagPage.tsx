// What does this tag say, of whom, made from what, and is it current?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Tabs } from "antd";
import { Blend, FlaskConical, Pencil, RefreshCw, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { Code } from "@/parts/Copy";
import { Facts, Stat, Stats, type Fact } from "@/parts/Facts";
import { formatNumber } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { formatPercent, HealthPill, Owner } from "./marks";
import { tagQuery, useDeleteTag, useRefreshTag, type Tag } from "./queries";
import { Spread } from "./Spread";
import { TagActions } from "./TagActions";
import { TagPeople } from "./TagPeople";
import styles from "./Tags.module.css";
import { TagVersions } from "./TagVersions";
import { useSpoken, useTagValue } from "./words";

// Where each kind of thing that asks a tag is shown.
const PLACES: Readonly<Record<string, string>> = {
  segment: "segments",
  model: "models",
  flow: "flows",
  campaign: "campaigns",
  scene: "scenes",
  flag: "flags",
  experiment: "experiments",
};

export function Component(): ReactNode {
  const { tag = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(tagQuery(slug, tag));
  return <Ready query={query}>{(found) => <Shown tag={found} />}</Ready>;
}

function Shown({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const path = usePath();
  const people = useMay("people:read");
  const given = tag.kind === "manual" || tag.kind === "imported";
  const tabs = [...(people ? (["people"] as const) : []), ...(given ? (["actions"] as const) : []), "versions" as const];
  const [chosen, choose] = useParam("tab", tabs[0]);
  const tab = tabs.find((each) => each === chosen) ?? tabs[0];
  const panels = { people: <TagPeople tag={tag} />, actions: <TagActions tag={tag} />, versions: <TagVersions tag={tag} /> };
  return (
    <Page
      title={spoken(tag.label, tag.key)}
      crumb={<Link to={path("tags")}>{t("tags.title")}</Link>}
      lead={
        <span className={styles.head}>
          <Code value={tag.key} /> <Pill>{t(`tags.families.${tag.family}`)}</Pill> <Pill>{t(`tags.kinds.${tag.kind}`)}</Pill>
          {tag.standard ? <Pill tone="accent">{t("tags.standard")}</Pill> : null}
        </span>
      }
      actions={<Actions tag={tag} />}
    >
      <Stack>
        <Numbers tag={tag} />
        <div className={styles.two}>
          <Spread tag={tag} />
          <Stack>
            <Card title={t("tags.definition")}>
              <Definition tag={tag} />
            </Card>
            <Card title={t("tags.lineage")}>
              <LineageList tag={tag} />
            </Card>
          </Stack>
        </div>
      </Stack>
      <Tabs
        className={styles.tabs ?? ""}
        activeKey={tab ?? "versions"}
        onChange={(next) => choose(next)}
        items={tabs.map((each) => ({ key: each, label: t(`tags.tabs.${each}`) }))}
      />
      {tab ? panels[tab] : null}
    </Page>
  );
}

function Actions({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const path = usePath();
  const navigate = useNavigate();
  const { slug } = useWorkspace();
  const { message, modal } = App.useApp();
  const failed = useFailed();
  const refresh = useRefreshTag();
  const remove = useDeleteTag();
  const mayWrite = useMay("tags:write");
  const maySegment = useMay("segments:write");
  const mayTry = useMay("experiments:write");
  const compute = (): void =>
    refresh.mutate(tag.key, {
      onSuccess: ({ people, changed, failed: why }) =>
        void (why ? message.error(t("tags.refreshFailed")) : message.success(t("tags.refreshed", { people, changed }))),
      onError: failed,
    });
  const refuse = (): void =>
    void modal.warning({ title: t("tagEditor.inUse.title"), content: <InUse slug={slug} tag={tag.key} />, okText: t("actions.done") });
  const ask = (): void =>
    void modal.confirm({
      title: t("tags.removeTitle", { name: spoken(tag.label, tag.key) }),
      content: t("tags.removeText"),
      okText: t("tags.remove"),
      okButtonProps: { danger: true },
      onOk: () =>
        remove.mutateAsync(tag.key).then(
          () => {
            void message.success(t("tags.removed"));
            void navigate(path("tags"));
          },
          (refusal: unknown) => (asApiError(refusal).code === "tag_in_use" ? refuse() : failed(refusal)),
        ),
    });
  return (
    <>
      {maySegment ? (
        <Link to={`${path("segments", "new-segment")}?tag=${tag.key}`}>
          <Button icon={<Blend size={14} aria-hidden />}>{t("tags.toSegment")}</Button>
        </Link>
      ) : null}
      {mayTry ? (
        <Link to={`${path("experiments", "new-experiment")}?tag=${encodeURIComponent(tag.key)}`}>
          <Button icon={<FlaskConical size={14} aria-hidden />}>{t("tags.tryOut")}</Button>
        </Link>
      ) : null}
      {mayWrite ? (
        <>
          <Button icon={<RefreshCw size={14} aria-hidden />} loading={refresh.isPending} onClick={compute}>
            {t("tags.refresh")}
          </Button>
          <Button icon={<Trash2 size={14} aria-hidden />} aria-label={t("tags.remove")} onClick={ask} />
          <Link to={path("tags", tag.key, "edit")}>
            <Button type="primary" icon={<Pencil size={14} aria-hidden />}>
              {t("tags.edit")}
            </Button>
          </Link>
        </>
      ) : null}
    </>
  );
}

/** What has to be changed before the tag can go, as it is now; it opens outside of the router, so its links are plain ones. */
function InUse({ slug, tag }: { slug: string; tag: string }): ReactNode {
  const { t } = useTranslation();
  const { data } = useQuery({ ...tagQuery(slug, tag), staleTime: 0 });
  return (
    <>
      {t("tagEditor.inUse.text")}
      <ul className={styles.uses}>
        {data?.used_by.map(({ kind, key, label }) => (
          <li key={`${kind} ${key}`}>
            <a href={`/w/${slug}/${PLACES[kind] ?? "tags"}/${key}`}>{label || key}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Numbers({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const spoken = useSpoken();
  const of = { people: formatNumber(tag.people, locale), everybody: formatNumber(tag.everybody, locale) };
  return (
    <Stats>
      <Stat
        name={t("tags.people")}
        value={<Num value={tag.people} to="?tab=people" label={t("tags.people")} />}
        note={t("tags.coverageOf", of)}
      />
      <Stat name={t("tags.coverage")} value={tag.coverage === null ? "–" : formatPercent(tag.coverage, locale)} />
      <Stat
        name={t("tags.fresh")}
        value={
          <span className={styles.when}>
            <Time at={tag.computed_at} />
          </span>
        }
        note={tag.seconds > 0 ? t("tags.takes", { seconds: formatNumber(tag.seconds, locale) }) : undefined}
      />
      <Stat name={t("tags.healthLabel")} value={<HealthPill health={tag.health} />} note={spoken(tag.reason)} />
    </Stats>
  );
}

function Definition({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const shown = useTagValue();
  const items: Fact[] = [
    [t("tags.description"), spoken(tag.description, "–")],
    [t("tags.owner"), <Owner key="owner" tag={tag} />],
    [t("tags.type"), t(`tags.types.${tag.value_type}`)],
    [t("tags.allowed"), tag.allowed ? <Chips key="allowed" items={tag.allowed.map((value) => shown(tag, value))} /> : t("tags.anyValue")],
    [t("tags.policy"), t(`tags.refreshes.${tag.refresh ?? "nightly"}`)],
    [t("tags.version"), tag.version],
  ];
  return <Facts items={items} />;
}

function Chips({ items }: { items: readonly string[] }): ReactNode {
  return (
    <span className={styles.chips}>
      {items.map((item) => (
        <Pill key={item}>{item}</Pill>
      ))}
    </span>
  );
}

/** From the events to the tag, and on to what asks it. */
function LineageList({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { events, properties, traits, tags, roles, relations } = tag.lineage;
  const plain = [
    ["roles", roles],
    ["events", events],
    ["properties", properties],
    ["traits", traits],
  ] as const;
  const from = plain.filter(([, names]) => names.length > 0);
  return (
    <dl className={styles.lineage}>
      {from.length === 0 && tags.length === 0 && !relations ? <p className="soft">{t("tags.lineageNone")}</p> : null}
      {from.map(([kind, names]) => (
        <div key={kind}>
          <dt>{kind === "roles" ? <Link to={path("tag-roles")}>{t("tags.madeOf.roles")}</Link> : t(`tags.madeOf.${kind}`)}</dt>
          <dd>
            <Chips items={names} />
          </dd>
        </div>
      ))}
      {tags.length > 0 ? (
        <div>
          <dt>{t("tags.madeOf.tags")}</dt>
          <dd className={styles.chips}>
            {tags.map((key) => (
              <Link key={key} to={path("tags", key)}>
                {key}
              </Link>
            ))}
          </dd>
        </div>
      ) : null}
      {relations ? <Pill>{t("tags.madeOf.relations")}</Pill> : null}
      <div>
        <dt>{t("tags.usedBy")}</dt>
        <dd className={styles.chips}>
          {tag.used_by.length === 0 ? <span className="faint">{t("tags.unused")}</span> : null}
          {tag.used_by.map((use) => (
            <Link key={`${use.kind} ${use.key}`} to={path(PLACES[use.kind] ?? "tags", use.key)}>
              {use.label || use.key}
            </Link>
          ))}
        </dd>
      </div>
    </dl>
  );
}
