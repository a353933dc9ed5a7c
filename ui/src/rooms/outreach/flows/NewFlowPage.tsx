// What shall the flow begin as? A recipe, or an empty canvas.
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
import styles from "./Flows.module.css";
import { EMPTY } from "./graph";
import { recipesQuery, useSaveFlow, type Recipe } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("flows:write");
  const query = useQuery(recipesQuery(slug));
  if (!may) return <NoPermission />;
  return (
    <Page title={t("flows.newTitle")} lead={t("flows.newLead")} crumb={<Link to={path("flows")}>{t("flows.title")}</Link>}>
      <Ready query={query}>{({ items }) => <Choice recipes={items} />}</Ready>
    </Page>
  );
}

function Choice({ recipes }: { recipes: readonly Recipe[] }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const path = usePath();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useSaveFlow();
  const [picked, setPicked] = useState<Recipe | null>(null);
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const label = (recipe: Recipe): string => (language === "zh" ? recipe.label_zh : recipe.label_en);
  const pick = (recipe: Recipe | null): void => {
    setPicked(recipe);
    setName(recipe ? label(recipe) : "");
    setKey(recipe ? recipe.key : "");
  };
  const create = (): void =>
    mutate(
      { key, name: name.trim(), description: "", graph: picked?.graph ?? EMPTY, revision: 0, recipe: picked?.key ?? "", language },
      { onSuccess: (flow) => void navigate(path("flows", flow.key, "edit")) },
    );
  return (
    <>
      <Refusal error={error} />
      <Card title={t("flows.recipes")}>
        <div className={styles.recipes}>
          <button type="button" className={styles.recipe} aria-pressed={picked === null} onClick={() => pick(null)}>
            <strong>{t("flows.blank")}</strong>
            <span>{t("flows.blankNote")}</span>
          </button>
          {recipes.map((recipe) => (
            <button
              key={recipe.key}
              type="button"
              className={styles.recipe}
              aria-pressed={picked?.key === recipe.key}
              onClick={() => pick(recipe)}
            >
              <strong>{label(recipe)}</strong>
              <span>{language === "zh" ? recipe.says_zh : recipe.says_en}</span>
            </button>
          ))}
        </div>
      </Card>
      <Card>
        <Fields>
          <Field label={t("flows.name")}>
            {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label={t("flows.key")} note={t("flows.keyNote")}>
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
            {t("flows.create")}
          </Button>
        </div>
      </Card>
    </>
  );
}
