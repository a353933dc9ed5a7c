// Who gets which value? The first value whose condition holds, and for all others the one at the end, or none.
import { Button } from "antd";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ConditionField, troublesIn } from "@/rooms/segments/builder/ConditionField";
import type { Trouble } from "@/rooms/segments/builder/context";
import { caseOf, type Case, type Draft } from "./draft";
import styles from "./Editor.module.css";
import type { Lacks } from "./lacks";
import { ScalarField } from "./ScalarField";

const WITHOUT = ["segment"] as const; // segments ask tags, so tags cannot ask segments

interface RuleFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly lacks: Lacks;
  readonly troubles: readonly Trouble[];
  readonly insists: boolean;
}

export function RuleFields({ draft, onChange, lacks, troubles, insists }: RuleFieldsProps): ReactNode {
  const { t } = useTranslation();
  const set = (cases: readonly Case[]): void => onChange({ ...draft, cases });
  const { cases } = draft;
  return (
    <div className={styles.cases}>
      {cases.map((each, at) => (
        <section key={each.id} className={styles.case} aria-label={t("tagEditor.case", { n: at + 1 })}>
          <header className={styles.caseHead}>
            <span>{t(at === 0 ? "tagEditor.whoFirst" : "tagEditor.whoNext")}</span>
            <ScalarField
              label={t("tagEditor.valueOf", { n: at + 1 })}
              type={draft.valueType}
              value={each.value}
              onChange={(value) => set(cases.map((one) => (one.id === each.id ? { ...one, value } : one)))}
              wrong={insists && lacks.own.some((lack) => lack.lack === "value" && lack.at === at)}
            />
            <span>{t("tagEditor.whoWhen")}</span>
            <span className={styles.spring} />
            {cases.length > 1 ? (
              <>
                <Move
                  label={t("builder.up")}
                  disabled={at === 0}
                  icon={<ArrowUp size={14} aria-hidden />}
                  onClick={() => set(moved(cases, at, -1))}
                />
                <Move
                  label={t("builder.down")}
                  disabled={at === cases.length - 1}
                  icon={<ArrowDown size={14} aria-hidden />}
                  onClick={() => set(moved(cases, at, 1))}
                />
                <Move
                  label={t("tagEditor.removeCase", { n: at + 1 })}
                  icon={<Trash2 size={14} aria-hidden />}
                  onClick={() => set(cases.filter((one) => one.id !== each.id))}
                />
              </>
            ) : null}
          </header>
          <ConditionField
            root={each.when}
            onChange={(when) => set(cases.map((one) => (one.id === each.id ? { ...one, when } : one)))}
            troubles={troublesIn(troubles, `config.values[${at}].when`)}
            insists={insists}
            without={WITHOUT}
          />
        </section>
      ))}
      <div className={styles.otherwise}>
        <Button
          icon={<Plus size={14} aria-hidden />}
          type="dashed"
          disabled={cases.length >= 100}
          onClick={() => set([...cases, caseOf(draft.valueType === "boolean" ? false : null)])}
        >
          {t("tagEditor.addCase")}
        </Button>
        <span className={styles.spring} />
        <span className="soft">{t("tagEditor.otherwise")}</span>
        <ScalarField
          label={t("tagEditor.otherwise")}
          type={draft.valueType}
          value={draft.otherwise}
          onChange={(otherwise) => onChange({ ...draft, otherwise })}
          open
        />
      </div>
    </div>
  );
}

interface MoveProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Move({ label, icon, disabled = false, onClick }: MoveProps): ReactNode {
  return <Button size="small" type="text" icon={icon} aria-label={label} disabled={disabled} onClick={onClick} />;
}

function moved(cases: readonly Case[], at: number, by: -1 | 1): readonly Case[] {
  const [one, other] = [cases[at], cases[at + by]];
  return one && other ? cases.map((each, i) => (i === at ? other : i === at + by ? one : each)) : cases;
}
