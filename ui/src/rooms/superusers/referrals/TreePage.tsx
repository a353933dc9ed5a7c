// Who brought whom? What word of mouth comes to first, then the tree, opened level by level, with the way up from any person.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Select, Spin } from "antd";
import { Network, RefreshCw, Search, Settings2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { peopleQuery } from "@/rooms/profiles/queries";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Branch, NodeRow } from "./Branch";
import { placeQuery, treeQuery, useMakeTree, type Place, type Tree, type TreeFacts } from "./queries";
import styles from "./Referrals.module.css";
import { RulesDialog } from "./RulesDialog";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [asked, setAsked] = useParam("person");
  const person = /^\d{1,15}$/.test(asked) ? Number(asked) : null;
  const query = useQuery(treeQuery(slug));
  return (
    <Page title={t("referrals.tree.title")} lead={t("referrals.tree.lead")} actions={<Actions />}>
      <Ready query={query} rows={8}>
        {(tree) => (
          <Stack>
            {tree.facts ? <Facts facts={tree.facts} /> : null}
            <Card
              title={t(person === null ? "referrals.tree.all" : "referrals.tree.around")}
              note={t("referrals.tree.note")}
              actions={<FindPerson person={person} onChoose={(next) => setAsked(next === null ? "" : String(next))} />}
            >
              {person === null ? <Tops tree={tree} onChoose={setAsked} /> : <Around person={person} onChoose={setAsked} />}
            </Card>
          </Stack>
        )}
      </Ready>
    </Page>
  );
}

function Actions(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("superusers:write");
  const [open, setOpen] = useState(false);
  const { mutate, isPending } = useMakeTree();
  return (
    <>
      <Link to={path("referrals")}>
        <Button>{t("referrals.title")}</Button>
      </Link>
      <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t("referrals.tree.rules")}
      </Button>
      {may ? (
        <Button
          icon={<RefreshCw size={14} aria-hidden />}
          loading={isPending}
          onClick={() => mutate(undefined, { onSuccess: () => void message.success(t("referrals.tree.made")), onError: failed })}
        >
          {t("referrals.tree.again")}
        </Button>
      ) : null}
      {open ? <RulesDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Facts({ facts }: { facts: TreeFacts }): ReactNode {
  const { t } = useTranslation();
  const ignored = facts.rings + facts.selves + facts.later;
  return (
    <Card>
      <Stats>
        <Stat
          name={t("referrals.tree.brought")}
          value={<Num value={facts.brought} />}
          note={t("referrals.tree.broughtNote", { count: facts.trees, deepest: facts.deepest })}
        />
        <Stat name={t("referrals.tree.paying")} value={<Num value={facts.paying} />} />
        <Stat
          name={t("referrals.tree.spent")}
          value={<Money minor={facts.spent_minor} />}
          note={t(`referrals.tree.rule.${facts.rules.rule ?? "halving"}`, { count: facts.rules.levels ?? 3 })}
        />
        <Stat
          name={t("referrals.tree.asOf")}
          value={<Time at={facts.made_at} />}
          note={
            ignored > 0
              ? t("referrals.tree.ignored", { rings: facts.rings, selves: facts.selves, later: facts.later })
              : t("referrals.tree.noneIgnored")
          }
        />
      </Stats>
    </Card>
  );
}

function Tops({ tree, onChoose }: { tree: Tree; onChoose: (person: string) => void }): ReactNode {
  const { t } = useTranslation();
  if (tree.roots.items.length === 0) {
    return <Notice icon={Network} title={t("referrals.tree.empty")} text={t("referrals.tree.emptyText")} />;
  }
  return <Branch parent={0} first={tree.roots} onChoose={(id) => onChoose(String(id))} />;
}

function Around({ person, onChoose }: { person: number; onChoose: (person: string) => void }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(placeQuery(slug, person));
  return <Ready query={query}>{(place) => <PlaceShown place={place} onChoose={onChoose} />}</Ready>;
}

function PlaceShown({ place, onChoose }: { place: Place; onChoose: (person: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { node } = place;
  if (!node) return <Notice icon={Network} title={t("referrals.tree.alone")} text={t("referrals.tree.aloneText")} />;
  const missing = node.depth - place.above.length;
  return (
    <Stack>
      <Stats>
        <Stat
          name={t("referrals.tree.direct")}
          value={<Num value={node.direct} />}
          note={t("referrals.tree.below", { count: node.below })}
        />
        <Stat name={t("referrals.tree.spentBelow")} value={<Money minor={node.value_below_minor} />} />
        <Stat name={t("referrals.tree.credit")} value={<Money minor={node.credit_minor} />} note={t("referrals.tree.creditNote")} />
        <Stat
          name={t("referrals.tree.own")}
          value={<Money minor={node.value_minor} />}
          note={
            place.expected_minor === null ? (
              t("referrals.tree.noForecast")
            ) : (
              <>
                {t("referrals.tree.expected")} <Money minor={Math.round(place.expected_minor)} />
              </>
            )
          }
        />
      </Stats>
      <h3 className={styles.heading}>{t("referrals.tree.way")}</h3>
      {missing > 0 ? <p className="soft">{t("referrals.tree.skipped", { count: missing })}</p> : null}
      <ol className={styles.way}>
        {place.above.map((one) => (
          <li key={one.person_id}>
            <NodeRow node={one} onChoose={(id) => onChoose(String(id))} />
          </li>
        ))}
        <li aria-current="true">
          <NodeRow node={node} here onChoose={(id) => onChoose(String(id))} />
        </li>
      </ol>
      <h3 className={styles.heading}>{t("referrals.tree.theyBrought")}</h3>
      {place.below.items.length > 0 ? (
        <Branch key={node.person_id} parent={node.person_id} first={place.below} onChoose={(id) => onChoose(String(id))} />
      ) : (
        <p className="soft">{t("referrals.tree.nobody")}</p>
      )}
    </Stack>
  );
}

function FindPerson({ person, onChoose }: { person: number | null; onChoose: (person: number | null) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [words, setWords] = useState("");
  const settled = useDelayed(words.trim());
  const query = useQuery({ ...peopleQuery(slug, { search: settled, limit: 10 }), enabled: settled !== "" });
  const found = settled === "" ? [] : (query.data?.items ?? []);
  return (
    <>
      <Select<number>
        aria-label={t("referrals.tree.find")}
        placeholder={t("referrals.tree.find")}
        showSearch={{ filterOption: false, onSearch: setWords, searchValue: words }}
        value={null}
        notFoundContent={query.isFetching ? <Spin size="small" /> : settled === "" ? null : t("referrals.tree.notFound")}
        options={found.map((one) => ({ value: one.person_id, label: <PersonLabel person={one} /> }))}
        onChange={(id) => {
          setWords("");
          onChoose(id);
        }}
        suffix={<Search size={14} aria-hidden />}
        className={styles.find ?? ""}
      />
      {person === null ? null : <Button onClick={() => onChoose(null)}>{t("referrals.tree.toTops")}</Button>}
    </>
  );
}
