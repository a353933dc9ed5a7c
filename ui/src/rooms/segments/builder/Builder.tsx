// How is a segment built? Its name, its condition as parts or as text, and beside it who that would be.
import { Alert, Button, Modal, Segmented, Skeleton } from "antd";
import { lazy, Suspense, useCallback, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Steps } from "@/parts/Steps";
import { useStory } from "@/parts/story";
import { useWorkspace } from "@/shell/workspace";
import type { Group } from "../condition";
import { onlyChange, placeProblems } from "../edit";
import { minorPerUnit } from "@/parts/money";
import type { Segment } from "../queries";
import { conditionsOf, useTemplates } from "../templates";
import { TemplateTags, useTemplateWords } from "../Templates";
import styles from "./Builder.module.css";
import type { CodeKind } from "./code";
import { BuilderContext, type Building, type Trouble } from "./context";
import { GroupEditor } from "./GroupEditor";
import { NameFields } from "./NameFields";
import { PreviewPanel } from "./PreviewPanel";
import { useCounting } from "./useCounting";
import { useLeaving } from "./useLeaving";
import { useSaving, type Names } from "./useSaving";

const CodeView = lazy(() => import("./CodeView"));
type View = "visual" | CodeKind;

interface BuilderProps {
  /** What is edited; null for a new segment. */
  readonly segment: Segment | null;
  readonly names: Names;
  readonly root: Group;
  readonly crumb: ReactNode;
}

export function Builder({ segment, names: startNames, root: startRoot, crumb }: BuilderProps): ReactNode {
  const { t } = useTranslation();
  const [start] = useState({ names: startNames, root: startRoot });
  const [names, setNames] = useState(start.names);
  const told = useStory<Group>(start.root, onlyChange);
  const { story, set: change } = told;
  const set = useCallback((next: Group, as?: string) => change(() => next, as), [change]);
  const [view, setView] = useState<View>("visual");
  const [readable, setReadable] = useState(true);
  const root = story.present;
  const counting = useCounting(root, readable);
  const leaving = useLeaving(root !== start.root || names !== start.names);
  const saving = useSaving({ segment, names, root, whole: readable && counting.lacks.length === 0, onLeave: leaving.free });
  const troubles = useMemo((): readonly Trouble[] => {
    const said = counting.refused.length > 0 ? counting.refused : saving.refused;
    return [...counting.lacks, ...said];
  }, [counting.lacks, counting.refused, saving.refused]);
  const title = segment ? t("builder.editTitle", { name: segment.name }) : t("builder.newTitle");
  return (
    <Page
      title={title}
      crumb={crumb}
      actions={
        <>
          <Steps told={told} />
          <Button type="primary" loading={saving.busy} onClick={saving.save}>
            {t(segment ? "builder.save" : "builder.create")}
          </Button>
        </>
      }
    >
      <Refusal error={saving.error} />
      <div className={styles.layout}>
        <div className={styles.main}>
          <NameFields names={names} onChange={setNames} fixed={segment !== null} insist={saving.insists} />
          <Card title={t("builder.condition")} actions={<Views view={view} onChange={setView} locked={!readable} />}>
            {view === "visual" ? (
              <Visual
                root={root}
                onChange={set}
                troubles={troubles}
                counting={counting}
                insists={saving.insists}
                onTemplate={(name) => setNames((old) => (old.name === "" ? { ...old, name } : old))}
              />
            ) : (
              <Suspense fallback={<Skeleton active />}>
                <CodeView
                  key={view}
                  kind={view}
                  root={root}
                  troubles={troubles}
                  onChange={(next) => set(next, "code")}
                  onReadable={setReadable}
                />
              </Suspense>
            )}
          </Card>
        </div>
        <aside className={styles.side}>
          <PreviewPanel state={counting.state} preview={counting.preview} error={counting.error} />
        </aside>
      </div>
      <Conflict
        saving={saving}
        onTheirs={(theirs, theirRoot) => {
          setNames({ key: theirs.key, name: theirs.name, description: theirs.description });
          set(theirRoot);
        }}
      />
      {leaving.dialog}
    </Page>
  );
}

function Views({ view, onChange, locked }: { view: View; onChange: (view: View) => void; locked: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <Segmented<View>
      size="small"
      value={view}
      onChange={onChange}
      aria-label={t("builder.view")}
      options={[
        { value: "visual", label: t("builder.visual"), disabled: locked },
        { value: "yaml", label: "YAML", disabled: locked && view !== "yaml" },
        { value: "json", label: "JSON", disabled: locked && view !== "json" },
      ]}
    />
  );
}

interface VisualProps {
  readonly root: Group;
  readonly onChange: (root: Group) => void;
  readonly troubles: readonly Trouble[];
  readonly counting: ReturnType<typeof useCounting>;
  readonly insists: boolean;
  /** A template was taken; its name may become that of the segment. */
  readonly onTemplate: (name: string) => void;
}

function Visual({ root, onChange, troubles, counting, insists, onTemplate }: VisualProps): ReactNode {
  const { currency } = useWorkspace();
  const { found } = useTemplates();
  const words = useTemplateWords();
  const [expected] = useState(() => new Set<string>());
  const { state, preview } = counting;
  const building = useMemo(
    (): Building => ({
      troubles: placeProblems(root, troubles),
      parts: new Map((preview?.parts ?? []).map((part) => [part.path, part])),
      stale: state !== "ready",
      insists,
      expect: (id) => void expected.add(id),
      expected: (id) => expected.has(id),
      arrived: (id) => expected.delete(id),
    }),
    [root, troubles, preview, state, insists, expected],
  );
  return (
    <BuilderContext value={building}>
      {root.parts.length === 0 ? (
        <TemplateTags
          onPick={(key) => {
            const next = conditionsOf(key, found, minorPerUnit(currency));
            if (!next) return;
            onChange(next);
            onTemplate(words(key).name);
          }}
        />
      ) : null}
      <GroupEditor group={root} outer="" grammar="people" onChange={onChange} root />
    </BuilderContext>
  );
}

interface ConflictProps {
  readonly saving: ReturnType<typeof useSaving>;
  readonly onTheirs: (theirs: Segment, root: Group) => void;
}

function Conflict({ saving, onTheirs }: ConflictProps): ReactNode {
  const { t } = useTranslation();
  const { conflict } = saving;
  return (
    <Modal
      open={conflict !== null}
      onCancel={saving.dismiss}
      title={t("builder.conflict.title")}
      footer={[
        <Button
          key="theirs"
          onClick={() => {
            if (conflict) onTheirs(conflict.theirs, conflict.root);
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
      {conflict ? (
        <Alert
          type="warning"
          title={t("builder.conflict.text", { version: conflict.theirs.version, who: conflict.theirs.changed_by || "–" })}
        />
      ) : null}
    </Modal>
  );
}
