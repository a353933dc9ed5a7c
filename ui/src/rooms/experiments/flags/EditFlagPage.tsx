// What does the flag answer, by which rules, in which order?
import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown, Input } from "antd";
import { Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { Field, Fields } from "@/parts/Field";
import { Card, Page, Stack } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { NoPermission, Ready } from "@/parts/states";
import { useLeaving } from "@/rooms/segments/builder/useLeaving";
import { check } from "@/rooms/segments/check";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { draftsOf, forceRule, specOf, splitRule, totalOf, type RuleDraft } from "./draft";
import styles from "./Flags.module.css";
import { Prerequisites } from "./Prerequisites";
import { flagQuery, useSaveFlag, type Flag, type FlagSpec } from "./queries";
import { RuleCard } from "./RuleCard";
import { TryCard } from "./TryCard";
import { useAskMoves } from "./useSaving";
import { ValueField } from "./ValueField";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const may = useMay("experiments:write");
  const query = useQuery({ ...flagQuery(slug, key), enabled: may, refetchOnWindowFocus: false });
  return may ? <Ready query={query}>{(flag) => <Editor key={flag.key} flag={flag} />}</Ready> : <NoPermission />;
}

/** Holds on to the version that was opened, whatever is saved elsewhere meanwhile. */
function Editor({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const [opened] = useState(flag);
  const [start] = useState(() => startOf(flag));
  const [named, setNamed] = useState(start.named);
  const [spec, setSpec] = useState(flag.spec);
  const [rules, setRules] = useState(start.rules);
  const [insists, setInsists] = useState(false);
  const { mutate, isPending, error } = useSaveFlag();
  const askMoves = useAskMoves();
  const leaving = useLeaving(named !== start.named || spec !== opened.spec || rules !== start.rules);
  const specNow = (): FlagSpec | null => {
    setInsists(true);
    const whole = rules.every(
      ({ rule, root }) => (root === null || check(root).length === 0) && (rule.kind === "force" || totalOf(rule) === 100),
    );
    return whole ? specOf(spec, rules) : null;
  };
  const save = (accept_moves = false): void => {
    const wanted = specNow();
    if (wanted === null) return;
    const said = { ...named, name: named.name.trim(), key: opened.key, spec: wanted, base_version: opened.version, accept_moves };
    mutate(said, {
      onSuccess: () => {
        leaving.free();
        void navigate(path("flags", opened.key));
      },
      onError: (failure) => void askMoves(failure, opened.key, wanted, () => save(true)),
    });
  };
  const crumb = (
    <>
      <Link to={path("flags")}>{t("featureFlags.title")}</Link>
      {" / "}
      <Link to={path("flags", opened.key)}>{opened.name}</Link>
    </>
  );
  const actions = (
    <Button type="primary" loading={isPending} disabled={named.name.trim() === ""} onClick={() => save()}>
      {t("actions.save")}
    </Button>
  );
  return (
    <Page title={t("featureFlags.editTitle", { name: opened.name })} crumb={crumb} actions={actions}>
      <Refusal error={error} />
      <Stack>
        <Named named={named} onChange={setNamed} />
        <Card title={t("featureFlags.answersTitle")} note={t("featureFlags.answersNote")}>
          <Fields>
            <Field label={t("featureFlags.default")} note={t("featureFlags.defaultNote")}>
              {(id) => (
                <ValueField
                  id={id}
                  kind={spec.value_type}
                  value={spec.default}
                  onChange={(value) => setSpec({ ...spec, default: value })}
                />
              )}
            </Field>
            <Field label={t("featureFlags.prerequisites")} note={t("featureFlags.prerequisitesNote")} wide>
              {() => (
                <Prerequisites
                  flag={opened.key}
                  value={spec.prerequisites}
                  onChange={(prerequisites) => setSpec({ ...spec, prerequisites })}
                />
              )}
            </Field>
          </Fields>
        </Card>
        <Rules flag={opened.key} spec={spec} rules={rules} insists={insists} onChange={setRules} />
        <TryCard flag={opened.key} specNow={specNow} />
      </Stack>
      {leaving.dialog}
    </Page>
  );
}

function startOf(flag: Flag): { readonly named: Named; readonly rules: readonly RuleDraft[] } {
  return { named: { name: flag.name, description: flag.description, owner: flag.owner }, rules: draftsOf(flag.spec) };
}

interface Named {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
}

function Named({ named, onChange }: { named: Named; onChange: (named: Named) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card>
      <Fields>
        <Field label={t("featureFlags.name")}>
          {(id) => (
            <Input id={id} value={named.name} maxLength={200} onChange={(event) => onChange({ ...named, name: event.target.value })} />
          )}
        </Field>
        <Field label={t("featureFlags.owner")}>
          {(id) => (
            <Input id={id} value={named.owner} maxLength={200} onChange={(event) => onChange({ ...named, owner: event.target.value })} />
          )}
        </Field>
        <Field label={t("featureFlags.description")} wide>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize={{ minRows: 1, maxRows: 4 }}
              value={named.description}
              maxLength={5000}
              onChange={(event) => onChange({ ...named, description: event.target.value })}
            />
          )}
        </Field>
      </Fields>
    </Card>
  );
}

interface RulesProps {
  readonly flag: string;
  readonly spec: FlagSpec;
  readonly rules: readonly RuleDraft[];
  readonly insists: boolean;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

function Rules({ flag, spec, rules, insists, onChange }: RulesProps): ReactNode {
  const { t } = useTranslation();
  const kind = spec.value_type;
  const move = (at: number, by: -1 | 1): void => {
    const next = [...rules];
    const [taken] = next.splice(at, 1);
    if (taken) next.splice(at + by, 0, taken);
    onChange(next);
  };
  const makers = {
    force: () => forceRule(rules, kind, 100),
    rollout: () => forceRule(rules, kind, 10),
    split: () => splitRule(rules, kind, `${flag}-test`),
  };
  const items = (["force", "rollout", "split"] as const).map((key) => ({
    key,
    label: t(`featureFlags.add.${key}`),
    onClick: () => onChange([...rules, makers[key]()]),
  }));
  return (
    <>
      {rules.map((draft, at) => (
        <RuleCard
          key={draft.rule.id}
          flag={flag}
          kind={kind}
          draft={draft}
          number={at + 1}
          last={at === rules.length - 1}
          insists={insists}
          onChange={(changed) => onChange(rules.map((one, each) => (each === at ? changed : one)))}
          onMove={(by) => move(at, by)}
          onRemove={() => onChange(rules.filter((_, each) => each !== at))}
        />
      ))}
      <div className={styles.below}>
        <Dropdown trigger={["click"]} menu={{ items }} disabled={rules.length >= 50}>
          <Button icon={<Plus size={14} aria-hidden />}>{t("featureFlags.addRule")}</Button>
        </Dropdown>
      </div>
    </>
  );
}
