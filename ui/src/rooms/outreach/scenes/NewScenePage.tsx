// What shall the scene begin as? An example, or an empty one.
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { Card, Page } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import flowStyles from "../flows/Flows.module.css";
import { examplesQuery, useSaveScene, type SceneExample, type SceneSpec } from "./queries";

const BLANK: SceneSpec = {
  condition: { did: { events: ["Product Viewed"], within: { op: "after", value: { ago: 30, unit: "minute" } }, op: "gte", value: 2 } },
  hours: null,
  stays_minutes: 30,
  cool_down_minutes: 1440,
  slot: "",
  content: [],
  variants: [],
};

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("flows:write");
  const query = useQuery(examplesQuery(slug));
  if (!may) return <NoPermission />;
  return (
    <Page title={t("scenes.newTitle")} lead={t("scenes.newLead")} crumb={<Link to={path("scenes")}>{t("scenes.title")}</Link>}>
      <Ready query={query}>{({ items }) => <Choice examples={items} />}</Ready>
    </Page>
  );
}

function Choice({ examples }: { examples: readonly SceneExample[] }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useSaveScene();
  const [picked, setPicked] = useState<SceneExample | null>(null);
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const nameOf = (one: SceneExample): string => (language === "zh" ? one.name_zh : one.name_en);
  const saysOf = (one: SceneExample): string => (language === "zh" ? one.says_zh : one.says_en);
  const pick = (one: SceneExample | null): void => {
    setPicked(one);
    setName(one ? nameOf(one) : "");
    setKey(one ? one.key : "");
  };
  const create = (): void =>
    mutate(
      { key, name: name.trim(), description: picked ? saysOf(picked) : "", spec: picked?.spec ?? BLANK, base_version: 0 },
      { onSuccess: () => void navigate(path("scenes", key, "edit")) },
    );
  return (
    <>
      <Refusal error={error} />
      <Card title={t("scenes.examples")}>
        <div className={flowStyles.recipes}>
          <button type="button" className={flowStyles.recipe} aria-pressed={picked === null} onClick={() => pick(null)}>
            <strong>{t("scenes.blank")}</strong>
            <span>{t("scenes.blankNote")}</span>
          </button>
          {examples.map((one) => (
            <button
              key={one.key}
              type="button"
              className={flowStyles.recipe}
              aria-pressed={picked?.key === one.key}
              onClick={() => pick(one)}
            >
              <strong>{nameOf(one)}</strong>
              <span>{saysOf(one)}</span>
            </button>
          ))}
        </div>
      </Card>
      <Card>
        <Fields>
          <Field label={t("scenes.name")}>
            {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label={t("scenes.key")} note={t("scenes.keyNote")}>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                className="mono"
                value={key}
                maxLength={100}
                spellCheck={false}
                onChange={(event) => setKey(event.target.value.trim())}
              />
            )}
          </Field>
        </Fields>
        <div style={{ marginTop: 16 }}>
          <Button type="primary" loading={isPending} disabled={name.trim() === "" || key === ""} onClick={create}>
            {t("scenes.create")}
          </Button>
        </div>
      </Card>
    </>
  );
}
