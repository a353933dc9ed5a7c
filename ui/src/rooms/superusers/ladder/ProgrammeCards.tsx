// Whom does the programme wait to invite, who said what, what do they get, and what was it worth against those held out?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Segmented, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { EffectTable } from "./EffectTable";
import styles from "./Ladder.module.css";
import { ProgrammeDialog } from "./ProgrammeDialog";
import { entriesQuery, programmeQuery, useAnswer, useInvite, type Entry, type ProgrammeWhole } from "./queries";

const STATES = ["waiting", "invited", "accepted", "declined"] as const;

export function ProgrammeCards(): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(programmeQuery(slug));
  const may = useMay("people:read");
  return (
    <>
      <Ready query={query}>{(found) => <Overview found={found} />}</Ready>
      {may ? <Entries /> : null}
      <EffectTable />
    </>
  );
}

function Overview({ found }: { found: ProgrammeWhole }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const may = useMay("superusers:write");
  const [open, setOpen] = useState(false);
  const { counts, programme } = found;
  const step = t(`ladder.names.${programme.since ?? "fan"}`);
  return (
    <Card
      title={t("ladder.programme")}
      note={
        programme.holdout
          ? t("ladder.programmeShared", { step, holdout: programme.holdout })
          : t("ladder.programmeNote", { step, percent: programme.held_percent ?? 0 })
      }
      actions={may ? <Button onClick={() => setOpen(true)}>{t("ladder.change")}</Button> : null}
    >
      <Stats>
        {(["waiting", "invited", "accepted", "declined", "held"] as const).map((name) => (
          <Stat key={name} name={t(`ladder.states.${name}`)} value={<span className="tabular">{formatNumber(counts[name], tag)}</span>} />
        ))}
      </Stats>
      {(programme.benefits ?? []).length > 0 ? (
        <ul className={styles.benefits} aria-label={t("ladder.benefits")}>
          {(programme.benefits ?? []).map((one) => (
            <li key={one.name}>
              <strong>{one.name}</strong> {one.text}
            </li>
          ))}
        </ul>
      ) : (
        <p className={`soft ${styles.none ?? ""}`}>{t("ladder.noBenefits")}</p>
      )}
      {open ? <ProgrammeDialog programme={programme} onClose={() => setOpen(false)} /> : null}
    </Card>
  );
}

function Entries(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [state, setState] = useState<Entry["state"]>("waiting");
  const query = useQuery(entriesQuery(slug, state));
  return (
    <Card
      flush
      title={t("ladder.people")}
      note={t("ladder.peopleNote")}
      actions={
        <Segmented
          value={state}
          onChange={(value) => setState(value)}
          options={STATES.map((value) => ({ value, label: t(`ladder.states.${value}`) }))}
          aria-label={t("ladder.people")}
        />
      }
    >
      <Ready query={query}>{(page) => <EntryTable items={page.items} state={state} />}</Ready>
    </Card>
  );
}

function EntryTable({ items, state }: { items: readonly Entry[]; state: Entry["state"] }): ReactNode {
  const { t } = useTranslation();
  const { language, tag } = useLanguage();
  const path = usePath();
  const may = useMay("superusers:write");
  const columns: TableColumnsType<Entry> = [
    {
      title: t("ladder.person"),
      key: "person",
      render: (_, { person }) => (
        <Link to={`${path("people", person.person_id)}?tab=tags`}>
          <PersonLabel person={person} />
        </Link>
      ),
    },
    { title: t("ladder.why"), key: "why", responsive: ["md"], render: (_, entry) => <span className="soft">{entry[language]}</span> },
    { title: t("ladder.score"), key: "score", align: "right", render: (_, { score }) => formatNumber(Math.round(score), tag) },
  ];
  if (may && (state === "waiting" || state === "invited")) {
    columns.push({ key: "do", align: "right", render: (_, entry) => <Do entry={entry} /> });
  }
  return (
    <Table<Entry>
      rowKey={({ person }) => person.person_id}
      size="small"
      columns={columns}
      dataSource={[...items]}
      locale={{ emptyText: t("ladder.nobody") }}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}

function Do({ entry }: { entry: Entry }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const invite = useInvite();
  const answer = useAnswer();
  const person = entry.person.person_id;
  if (entry.state === "waiting") {
    return (
      <Button
        size="small"
        loading={invite.isPending}
        onClick={() => invite.mutate([person], { onSuccess: () => void message.success(t("ladder.invitedNow")), onError: failed })}
      >
        {t("ladder.invite")}
      </Button>
    );
  }
  return (
    <span className={styles.actions}>
      {(["accepted", "declined"] as const).map((said) => (
        <Button
          key={said}
          size="small"
          loading={answer.isPending}
          onClick={() => answer.mutate({ person, answer: said }, { onError: failed })}
        >
          {t(`ladder.said.${said}`)}
        </Button>
      ))}
    </span>
  );
}
