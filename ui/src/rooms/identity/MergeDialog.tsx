// Which two people are one? Find the other, see what the merge joins, then decide.
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Spin } from "antd";
import { Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { MergePreview, Person, PersonRow } from "@/api/contract";
import { Notice, Ready } from "@/parts/states";
import { Refusal } from "@/parts/Refusal";
import { useDelayed } from "@/parts/useDelayed";
import { Money, Num, Time } from "@/parts/values";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { peopleQuery } from "@/rooms/profiles/queries";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Identity.module.css";
import { IdLabel } from "./MergeTable";
import { previewQuery, useMerge, type Pair } from "./queries";
import { useRefusalWords } from "./refusals";

interface MergeDialogProps {
  readonly open: boolean;
  readonly person: Person;
  readonly onClose: () => void;
}

const NO_PAIR: Pair = { a: { kind: "", value: "" }, b: { kind: "", value: "" } };

function pairOf(person: PersonRow, other: PersonRow): Pair | null {
  const [a] = person.ids;
  const [b] = other.ids;
  return a && b ? { a: { kind: a.kind, value: a.value }, b: { kind: b.kind, value: b.value } } : null;
}

export function MergeDialog({ open, person, onClose }: MergeDialogProps): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { slug } = useWorkspace();
  const navigate = useNavigate();
  const path = usePath();
  const [other, setOther] = useState<PersonRow | null>(null);
  const merge = useMerge();
  const pair = other ? pairOf(person, other) : null;
  const preview = useQuery({ ...previewQuery(slug, pair ?? NO_PAIR), enabled: pair !== null });
  const close = (): void => {
    setOther(null);
    merge.reset();
    onClose();
  };
  const decide = (): void => {
    if (!pair) return;
    merge.mutate(pair, {
      onSuccess: (made) => {
        close();
        void message.success(t("merges.merged"));
        void navigate(`${path("people", made.person_id)}?tab=identities`);
      },
    });
  };
  const footer = other ? (
    <>
      <Button onClick={() => setOther(null)}>{t("actions.back")}</Button>
      <Button type="primary" disabled={preview.data?.refused !== ""} loading={merge.isPending} onClick={decide}>
        {t("merges.merge")}
      </Button>
    </>
  ) : (
    <Button onClick={close}>{t("actions.cancel")}</Button>
  );
  return (
    <Modal open={open} onCancel={close} title={t("merges.mergeWith")} footer={footer} width={620} destroyOnHidden>
      <Refusal error={merge.error} />
      {pair ? (
        <Ready query={preview} rows={4}>
          {(found) => <Preview preview={found} />}
        </Ready>
      ) : (
        <Find not={person.person_id} onFound={setOther} />
      )}
    </Modal>
  );
}

function Find({ not, onFound }: { not: number; onFound: (person: PersonRow) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [words, setWords] = useState("");
  const settled = useDelayed(words.trim());
  const query = useQuery({ ...peopleQuery(slug, { search: settled, limit: 8 }), enabled: settled.length > 0 });
  const found = (query.data?.items ?? []).filter((each) => each.person_id !== not);
  return (
    <>
      <Input
        value={words}
        onChange={(change) => setWords(change.target.value)}
        placeholder={t("people.search")}
        aria-label={t("people.search")}
        prefix={<Search size={14} aria-hidden />}
        suffix={query.isFetching ? <Spin size="small" /> : <span />}
        autoFocus
      />
      <ul className={styles.found}>
        {found.map((each) => (
          <li key={each.person_id}>
            <button type="button" className={styles.choice} onClick={() => onFound(each)}>
              <PersonLabel person={each} />
              <span className="faint tabular">{`#${each.person_id}`}</span>
            </button>
          </li>
        ))}
      </ul>
      {settled && query.data && found.length === 0 ? <Notice compact icon={Search} title={t("people.noMatch.title")} /> : null}
    </>
  );
}

function Preview({ preview }: { preview: MergePreview }): ReactNode {
  const { t } = useTranslation();
  const refusal = useRefusalWords();
  const { profiles, refused } = preview;
  return (
    <>
      {refused ? (
        <Alert type="error" showIcon title={t("merges.cannot")} description={refusal(refused)} />
      ) : (
        <Alert type="info" showIcon title={t("merges.joins", { count: profiles.length })} description={t("merges.joinsText")} />
      )}
      <ul className={styles.profiles} data-testid="merge-profiles">
        {profiles.map((profile) => (
          <li key={profile.person_id} className={styles.profile}>
            <strong>{`#${profile.person_id}`}</strong>
            <div className={styles.profileIds}>
              {profile.ids.slice(0, 5).map((id) => (
                <IdLabel key={`${id.kind} ${id.value}`} id={id} />
              ))}
            </div>
            <div className={styles.totals}>
              <span>
                {t("people.events")} <Num value={profile.totals.events} />
              </span>
              <span>
                {t("people.orders")} <Num value={profile.totals.orders} />
              </span>
              <span>
                {t("people.revenue")} <Money minor={profile.totals.revenue_minor} />
              </span>
              <span>
                {t("people.lastSeen")} <Time at={profile.totals.last_seen} />
              </span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
