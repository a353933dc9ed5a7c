// How is a map drawn? Its name and window, its stages and touchpoints, and a look at the numbers before it is saved.
import { Alert, Button, Input, Select } from "antd";
import { Eye, EyeOff } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { formatDuration } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { Steps } from "@/parts/Steps";
import { useStory } from "@/parts/story";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import type { JourneyMap } from "../contract";
import { Board } from "./Board";
import { lacksOf, type Draft } from "./draft";
import { DrawingContext, useDrawing, type Drawing } from "./drawingContext";
import { Trial } from "./Trial";
import { useSavingMap } from "./useSavingMap";

interface MapEditorProps {
  /** What is edited; null for a new map. */
  readonly map: JourneyMap | null;
  readonly start: Draft;
  readonly crumb: ReactNode;
  /** What is said above the map, such as how well a template fits. */
  readonly notice?: ReactNode;
  readonly actions?: ReactNode;
}

export function MapEditor({ map, start, crumb, notice, actions }: MapEditorProps): ReactNode {
  const { t } = useTranslation();
  const [begun] = useState(start);
  const told = useStory(begun);
  const draft = told.story.present;
  const [insists, insist] = useState(false);
  const [looks, look] = useState(false);
  const [dragged, drag] = useState<string | null>(null);
  // A map that came from a template is worth keeping before anything was changed in it.
  const leaving = useLeaving(draft !== begun);
  const saving = useSavingMap(map, leaving.free);
  const lacks = useMemo(() => lacksOf(draft), [draft]);
  const shared = useMemo(
    (): Drawing => ({ draft, set: told.set, lacks: insists ? lacks : [], dragged, drag }),
    [draft, told.set, insists, lacks, dragged],
  );
  const save = (): void => {
    insist(true);
    if (lacks.length === 0) saving.save(draft);
  };
  return (
    <DrawingContext value={shared}>
      <Page
        title={map ? t("mapEditor.editTitle", { name: map.name }) : t("mapEditor.newTitle")}
        crumb={crumb}
        actions={
          <>
            {actions}
            <Steps told={told} />
            <Button icon={looks ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />} onClick={() => look(!looks)}>
              {t(looks ? "mapEditor.hide" : "mapEditor.look")}
            </Button>
            <Button type="primary" loading={saving.busy} onClick={save}>
              {t(map ? "actions.save" : "mapEditor.create")}
            </Button>
          </>
        }
      >
        <Stack>
          {notice}
          <Refusal error={saving.error} />
          <Lacks />
          <Names />
          <Board />
          {looks ? <Trial draft={draft} whole={lacks.every((lack) => lack.kind === "name")} /> : null}
        </Stack>
        {leaving.dialog}
      </Page>
    </DrawingContext>
  );
}

/** What is missing, once saving was tried; the fields themselves are marked too. */
function Lacks(): ReactNode {
  const { t } = useTranslation();
  const { lacks } = useDrawing();
  const kinds = [...new Set(lacks.map((lack) => lack.kind))];
  if (kinds.length === 0) return null;
  return <Alert type="error" showIcon title={kinds.map((kind) => t(`mapEditor.lacks.${kind}`)).join(" ")} />;
}

const WINDOWS = [1800, 3600, 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400, 90 * 86_400];

function Names(): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { draft, set, lacks } = useDrawing();
  const windows = [...new Set([...WINDOWS, draft.windowSeconds])].sort((a, b) => a - b);
  const unnamed = lacks.some((lack) => lack.kind === "name");
  return (
    <Card>
      <Fields>
        <Field label={t("mapEditor.name")} {...(unnamed ? { wrong: t("mapEditor.lacks.name") } : {})}>
          {(id, note) => (
            <Input
              id={id}
              aria-describedby={note}
              value={draft.name}
              maxLength={200}
              onChange={(event) => set((old) => ({ ...old, name: event.target.value }), "name")}
              {...(unnamed ? { status: "error" as const } : {})}
            />
          )}
        </Field>
        <Field label={t("mapEditor.window")} note={t("mapEditor.windowNote")}>
          {(id, note) => (
            <Select<number>
              id={id}
              aria-describedby={note}
              value={draft.windowSeconds}
              onChange={(windowSeconds) => set((old) => ({ ...old, windowSeconds }))}
              options={windows.map((value) => ({ value, label: formatDuration(value, tag) }))}
            />
          )}
        </Field>
        <Field label={t("mapEditor.description")} wide>
          {(id) => (
            <Input
              id={id}
              value={draft.description}
              maxLength={5000}
              onChange={(event) => set((old) => ({ ...old, description: event.target.value }), "description")}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}
