// How does one get anywhere without the mouse? Ctrl-K or ⌘K, a few letters, Enter: pages and people.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { CornerDownLeft, Search, UserRound, type LucideIcon } from "lucide-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useDelayed } from "@/parts/useDelayed";
import { peopleQuery } from "@/rooms/profiles/queries";
import { personName } from "@/rooms/profiles/personName";
import styles from "./CommandPalette.module.css";
import { usePageGroups } from "./usePageGroups";
import { useMay, usePath, useWorkspace } from "./workspace";

interface Hit {
  readonly id: string;
  readonly icon: LucideIcon;
  readonly title: string;
  readonly note: string;
  readonly to: string;
}

function usePageHits(words: string): Hit[] {
  const { t } = useTranslation();
  const path = usePath();
  const groups = usePageGroups();
  const wanted = words.trim().toLowerCase();
  return groups
    .flatMap((group) => group.pages)
    .map((page) => ({
      id: page.key,
      icon: page.icon,
      title: t(`shell.pages.${page.key}`),
      note: t("palette.page"),
      to: path(page.path),
      slug: page.path,
    }))
    .filter((hit) => wanted === "" || hit.title.toLowerCase().includes(wanted) || hit.slug.includes(wanted));
}

function usePeopleHits(words: string): { hits: Hit[]; busy: boolean } {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const allowed = useMay("people:read");
  const settled = useDelayed(words.trim(), 200);
  const people = useQuery({ ...peopleQuery(slug, { search: settled, limit: 6 }), enabled: allowed && settled.length >= 2 });
  const hits = (settled.length >= 2 ? (people.data?.items ?? []) : []).map((person) => ({
    id: `person-${person.person_id}`,
    icon: UserRound,
    title: personName(person) ?? t("people.unnamed", { id: person.person_id }),
    note: t("palette.person"),
    to: path("people", person.person_id),
  }));
  return { hits, busy: people.isFetching };
}

export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      width={560}
      destroyOnHidden
      style={{ top: 96 }}
      styles={{ container: { padding: 0, overflow: "hidden" } }}
      aria-label={t("palette.label")}
    >
      <Palette onClose={onClose} />
    </Modal>
  );
}

function Palette({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useId();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const pages = usePageHits(words);
  const people = usePeopleHits(words);
  const hits = [...pages, ...people.hits];
  const at = Math.min(chosen, hits.length - 1);
  const go = (hit: Hit | undefined): void => {
    if (!hit) return;
    onClose();
    void navigate(hit.to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) {
      event.preventDefault();
      setChosen((at + step + hits.length) % hits.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      go(hits[at]);
    }
  };
  return (
    <>
      <div className={styles.box}>
        <Search size={16} aria-hidden />
        <input
          className={styles.input}
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={hits[at] ? `${list}-${at}` : undefined}
          aria-label={t("palette.label")}
          placeholder={t("palette.placeholder")}
          value={words}
          autoFocus
          onChange={(event) => {
            setWords(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul className={styles.list} role="listbox" id={list} aria-label={t("palette.results")} aria-busy={people.busy}>
        {hits.map((hit, index) => (
          <li
            key={hit.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            className={index === at ? styles.chosen : styles.hit}
            onMouseMove={() => setChosen(index)}
            onClick={() => go(hit)}
          >
            <hit.icon size={15} strokeWidth={1.75} aria-hidden />
            <span className={styles.title}>{hit.title}</span>
            <span className={styles.note}>{hit.note}</span>
            {index === at ? <CornerDownLeft size={13} aria-hidden /> : <span className={styles.gap} />}
          </li>
        ))}
        {hits.length === 0 ? <li className={styles.none}>{people.busy ? t("states.loading") : t("palette.none")}</li> : null}
      </ul>
    </>
  );
}
