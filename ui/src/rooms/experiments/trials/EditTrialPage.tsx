// How is the experiment designed? What is believed, the arms, what is measured, how it is judged, and whether that can work.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission, Ready } from "@/parts/states";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { ArmFields, JudgeFields, MetricsCard } from "./DesignFields";
import { blank, tagDesign } from "./draft";
import { PlanCard } from "./PlanCard";
import { useTagArms } from "./TagField";
import { trialQuery, useSaveTrial, type Trial, type TrialSpec } from "./queries";

export function Component(): ReactNode {
  const { key } = useParams();
  const may = useMay("experiments:write");
  if (!may) return <NoPermission />;
  return key === undefined ? <Editor trial={null} /> : <Loaded id={key} />;
}

function Loaded({ id }: { id: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery({ ...trialQuery(slug, id), refetchOnWindowFocus: false });
  return <Ready query={query}>{(trial) => <Editor key={trial.key} trial={trial} />}</Ready>;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Editor({ trial }: { trial: Trial | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const [opened] = useState(trial);
  const [search] = useSearchParams();
  const names = useTagArms();
  const [name, setName] = useState(trial?.name ?? "");
  const [key, setKey] = useState(trial?.key ?? "");
  const [spec, setSpec] = useState<TrialSpec>(() => {
    const fresh = trial?.spec ?? blank(t("trials.control"), t("trials.newArm"), t("trials.conversion"));
    const tag = trial ? "" : (search.get("tag") ?? "");
    return tag === "" ? fresh : { ...fresh, ...tagDesign(tag, names, fresh) };
  });
  const { mutate, isPending, error } = useSaveTrial();
  const change = (part: Partial<TrialSpec>): void => setSpec((old) => ({ ...old, ...part }));
  const save = (): void =>
    mutate(
      { key, name: name.trim(), spec, base_version: opened?.version ?? 0 },
      { onSuccess: () => void navigate(path("experiments", key)) },
    );
  const title = opened ? t("trials.editTitle", { name: opened.name }) : t("trials.newTitle");
  return (
    <Page
      title={title}
      lead={t("trials.newLead")}
      crumb={<Link to={path("experiments")}>{t("trials.title")}</Link>}
      actions={
        <Button type="primary" loading={isPending} disabled={name.trim() === "" || key === ""} onClick={save}>
          {t("actions.save")}
        </Button>
      }
    >
      <Refusal error={error} />
      <Stack>
        {opened && opened.state !== "draft" ? <Alert type="info" showIcon title={t("trials.fixed")} /> : null}
        <Card title={t("trials.idea")}>
          <Fields>
            <Field label={t("trials.name")}>
              {(id) => <Input id={id} value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />}
            </Field>
            <Field label={t("trials.key")} note={t("trials.keyNote")}>
              {(id, note) => (
                <Input
                  id={id}
                  aria-describedby={note}
                  className="mono"
                  value={key}
                  maxLength={100}
                  disabled={opened !== null}
                  spellCheck={false}
                  onChange={(event) => setKey(event.target.value.trim())}
                />
              )}
            </Field>
            <Field label={t("trials.hypothesis")} note={t("trials.hypothesisNote")} wide>
              {(id, note) => (
                <Input.TextArea
                  id={id}
                  aria-describedby={note}
                  autoSize={{ minRows: 2, maxRows: 6 }}
                  maxLength={5000}
                  value={spec.hypothesis}
                  onChange={(event) => change({ hypothesis: event.target.value })}
                />
              )}
            </Field>
          </Fields>
        </Card>
        <ArmFields spec={spec} onChange={change} />
        <MetricsCard spec={spec} onChange={change} />
        <JudgeFields spec={spec} onChange={change} />
        <PlanCard spec={spec} />
      </Stack>
    </Page>
  );
}
