// How is a tag defined? Its name and meaning, how its values come about, and beside it what it would say of everybody.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Segmented } from "antd";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Steps } from "@/parts/Steps";
import { onlyField, useStory } from "@/parts/story";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import type { Trouble } from "@/rooms/segments/builder/context";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { usePath, useWorkspace } from "@/shell/workspace";
import { tagRulesQuery, tagsQuery, type Tag } from "../queries";
import { useSpoken } from "../words";
import { ComputedFields } from "./ComputedFields";
import { draftOf, WAYS, type Draft, type Way } from "./draft";
import styles from "./Editor.module.css";
import { lacksOf, tagKeyFor, type Lacks, type TagLack } from "./lacks";
import { NameFields } from "./NameFields";
import { ReadyFields } from "./ReadyFields";
import { RuleFields } from "./RuleFields";
import { TrialPanel } from "./TrialPanel";
import { useSaving, type Saving } from "./useSaving";
import { useTrial, type Trying } from "./useTrial";
import { retyped, typesFor, ValueFields } from "./ValueFields";

interface TagEditorProps {
  /** What is edited; null for a new tag. */
  readonly tag: Tag | null;
  readonly draft: Draft;
  readonly crumb: ReactNode;
}

export function TagEditor({ tag, draft: startDraft, crumb }: TagEditorProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const spoken = useSpoken();
  const [start] = useState(startDraft);
  const told = useStory<Draft>(start, onlyField);
  const { set } = told;
  const draft = told.story.present;
  const setDraft = useCallback((next: Draft) => set(() => next), [set]);
  const tags = useQuery(tagsQuery(slug));
  const rules = useQuery(tagRulesQuery(slug));
  const taken = useMemo(() => new Set(tags.data?.items.map((each) => each.key)), [tags.data]);
  const named = draft.label.zh.trim() !== "" || draft.label.en.trim() !== "";
  const shownKey = tag?.key ?? draft.key ?? (named ? tagKeyFor(draft.label, taken) : "");
  const lacks = useMemo(() => lacksOf(draft, shownKey, taken, tag !== null), [draft, shownKey, taken, tag]);
  const trying = useTrial(draft);
  const leaving = useLeaving(draft !== start);
  const whole = lacks.own.length === 0 && lacks.inside.length === 0;
  const saving = useSaving({ tag, draft, shownKey, whole, onLeave: leaving.free });
  const looksAtAll = rules.data?.items.find((rule) => rule.key === draft.rule)?.whole ?? false;
  const words = useLackWords(lacks, saving.insists);
  return (
    <Page
      title={tag ? t("tagEditor.editTitle", { name: spoken(tag.label, tag.key) }) : t("tagEditor.newTitle")}
      crumb={crumb}
      actions={
        <>
          <Steps told={told} />
          <Button type="primary" loading={saving.busy} onClick={saving.begin}>
            {t(tag ? "tagEditor.save" : "tagEditor.create")}
          </Button>
        </>
      }
    >
      <Refusal error={saving.error} />
      {saving.insists && !whole ? <Alert type="warning" showIcon style={{ marginBottom: 14 }} title={t("tagEditor.incomplete")} /> : null}
      <div className={builderStyles.layout}>
        <div className={builderStyles.main}>
          <NameFields
            draft={draft}
            onChange={setDraft}
            shownKey={shownKey}
            fixed={tag !== null}
            wrongLabel={words("label")}
            wrongKey={draft.key === null && !saving.insists ? undefined : (words("key", true) ?? words("taken", true))}
          />
          <Making draft={draft} onChange={setDraft} fixed={tag} lacks={lacks} saving={saving} trying={trying} />
          <ValueFields draft={draft} onChange={setDraft} whole={looksAtAll} wrongAllowed={words("allowed")} />
        </div>
        <aside className={builderStyles.side}>
          <TrialPanel
            trying={trying}
            valued={{
              value_type: draft.valueType,
              unit: draft.unit,
              value_labels:
                rules.data?.items.find((rule) => draft.way === "ready" && rule.key === draft.rule)?.value_labels ?? tag?.value_labels ?? {},
            }}
          />
        </aside>
      </div>
      <NoteDialog saving={saving} />
      <Conflict saving={saving} onTheirs={(theirs) => setDraft(draftOf(theirs))} />
      {leaving.dialog}
    </Page>
  );
}

/** What is lacking in words, once saving was tried or where it is always said. */
function useLackWords(lacks: Lacks, insists: boolean): (lack: TagLack, always?: boolean) => string | undefined {
  const { t } = useTranslation();
  return (lack, always = false) =>
    (insists || always) && lacks.own.some((each) => each.lack === lack) ? t(`tagEditor.lacks.${lack}`) : undefined;
}

interface MakingProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly fixed: Tag | null;
  readonly lacks: Lacks;
  readonly saving: Saving;
  readonly trying: Trying;
}

/** How the values come about. */
function Making({ draft, onChange, fixed, lacks, saving, trying }: MakingProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { way } = draft;
  const { insists } = saving;
  const troubles = useMemo((): readonly Trouble[] => {
    const said = trying.refused.length > 0 ? trying.refused : saving.refused;
    return [...lacks.inside, ...said];
  }, [lacks.inside, trying.refused, saving.refused]);
  const lacking = (lack: TagLack): boolean => insists && lacks.own.some((each) => each.lack === lack);
  const choose = (next: Way): void => {
    const changed = { ...draft, way: next };
    const types = typesFor(changed);
    onChange(types.includes(draft.valueType) ? changed : retyped(changed, types[0] ?? "text"));
  };
  // Values that were given from outside are not those of a rule, so a tag stays on its side.
  const given = way === "manual" || way === "imported" || way === "model";
  const offered = fixed ? WAYS.filter((each) => (given ? each === way : each !== "manual" && each !== "imported")) : WAYS;
  return (
    <Card title={t("tagEditor.making")}>
      {offered.length > 1 ? (
        <div className={styles.ways}>
          <Segmented<Way>
            size="small"
            value={way}
            onChange={choose}
            aria-label={t("tags.kindLabel")}
            options={offered.map((value) => ({ value, label: t(`tagEditor.ways.${value}`) }))}
          />
        </div>
      ) : null}
      {way === "rule" ? <RuleFields draft={draft} onChange={onChange} lacks={lacks} troubles={troubles} insists={insists} /> : null}
      {way === "ready" ? <ReadyFields draft={draft} onChange={onChange} wrong={lacking("rule")} /> : null}
      {way === "computed" ? (
        <ComputedFields draft={draft} onChange={onChange} troubles={troubles} wrongProperty={lacking("property")} insists={insists} />
      ) : null}
      {way === "manual" || way === "imported" ? <p className="soft">{t(`tagEditor.how.${way}`)}</p> : null}
      {way === "model" ? (
        <p className="soft">
          {t("tagEditor.how.model")} {fixed ? <Link to={path("models", fixed.key)}>{t("tagEditor.toModel")}</Link> : null}
        </p>
      ) : null}
    </Card>
  );
}

/** Why is it changed? The note stands in the list of versions. */
function NoteDialog({ saving }: { saving: Saving }): ReactNode {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  return (
    <Modal
      open={saving.asking}
      title={t("tagEditor.noteTitle")}
      okText={t("tagEditor.save")}
      cancelText={t("actions.cancel")}
      onOk={() => saving.save(note.trim())}
      onCancel={saving.stop}
      destroyOnHidden
    >
      <Input.TextArea
        value={note}
        onChange={(event) => setNote(event.target.value)}
        aria-label={t("tags.note")}
        placeholder={t("tagEditor.notePlaceholder")}
        maxLength={500}
        autoSize={{ minRows: 2, maxRows: 5 }}
        autoFocus
      />
    </Modal>
  );
}

function Conflict({ saving, onTheirs }: { saving: Saving; onTheirs: (theirs: Tag) => void }): ReactNode {
  const { t } = useTranslation();
  const { theirs } = saving;
  return (
    <Modal
      open={theirs !== null}
      onCancel={saving.dismiss}
      title={t("tagEditor.conflict.title")}
      footer={[
        <Button
          key="theirs"
          onClick={() => {
            if (theirs) onTheirs(theirs);
            saving.takeTheirs();
          }}
        >
          {t("builder.conflict.theirs")}
        </Button>,
        <Button key="mine" type="primary" danger onClick={saving.overwrite}>
          {t("builder.conflict.mine")}
        </Button>,
      ]}
    >
      {theirs ? (
        <Alert type="warning" title={t("tagEditor.conflict.text", { version: theirs.version, who: theirs.saved_by || "–" })} />
      ) : null}
    </Modal>
  );
}
