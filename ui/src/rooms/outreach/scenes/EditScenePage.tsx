// What situation is it, how long does it last, and whom would it have found in the last day?
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission, Ready } from "@/parts/states";
import { ConditionField } from "@/rooms/segments/builder/ConditionField";
import { check } from "@/rooms/segments/check";
import { dump } from "@/rooms/segments/dump";
import { read } from "@/rooms/segments/read";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { sceneQuery, useSaveScene, type Scene, type SceneSpec } from "./queries";
import { TimeFields } from "./SceneFields";
import { SlotFields } from "./SlotFields";
import { Trial } from "./Trial";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("flows:write");
  const query = useQuery({ ...sceneQuery(slug, key), enabled: may, refetchOnWindowFocus: false, refetchInterval: false });
  return may ? <Ready query={query}>{(scene) => <Editor key={scene.key} scene={scene} />}</Ready> : <NoPermission />;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Editor({ scene }: { scene: Scene }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const [opened] = useState(scene);
  const [name, setName] = useState(scene.name);
  const [description, setDescription] = useState(scene.description);
  const [root, setRoot] = useState(() => read(scene.spec.condition));
  const [rest, setRest] = useState(scene.spec);
  const [insists, setInsists] = useState(false);
  const troubles = useMemo(() => check(root), [root]);
  const { mutate, isPending, error } = useSaveScene();
  const specNow = (): SceneSpec | null => {
    setInsists(true);
    return troubles.length === 0 ? { ...rest, condition: dump(root) } : null;
  };
  const save = (): void => {
    const spec = specNow();
    if (spec === null) return;
    mutate(
      { key: opened.key, name: name.trim(), description, spec, base_version: opened.version },
      { onSuccess: () => void navigate(path("scenes", opened.key)) },
    );
  };
  const change = (part: Partial<SceneSpec>): void => setRest((old) => ({ ...old, ...part }));
  return (
    <Page
      title={t("scenes.editTitle", { name: opened.name })}
      crumb={
        <>
          <Link to={path("scenes")}>{t("scenes.title")}</Link>
          {" / "}
          <Link to={path("scenes", opened.key)}>{opened.name}</Link>
        </>
      }
      actions={
        <Button type="primary" loading={isPending} disabled={name.trim() === ""} onClick={save}>
          {t("actions.save")}
        </Button>
      }
    >
      <Refusal error={error} />
      <Stack>
        <Card>
          <Fields>
            <Field label={t("scenes.name")}>
              {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
            </Field>
            <Field label={t("scenes.description")} wide>
              {(id) => (
                <Input.TextArea
                  id={id}
                  autoSize={{ minRows: 1, maxRows: 4 }}
                  value={description}
                  maxLength={5000}
                  onChange={(event) => setDescription(event.target.value)}
                />
              )}
            </Field>
          </Fields>
        </Card>
        <Card title={t("scenes.condition")} note={t("scenes.conditionNote")}>
          <ConditionField root={root} onChange={setRoot} troubles={troubles} insists={insists} />
        </Card>
        <TimeFields spec={rest} onChange={change} />
        <SlotFields spec={rest} onChange={change} />
        <Trial specNow={specNow} />
      </Stack>
    </Page>
  );
}
