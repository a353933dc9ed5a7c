// How is a report built? The question on the left, picked and never written; its answer on the right, anew with every pick.
import { Card, Page } from "@/parts/Page";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePath } from "@/shell/workspace";
import { Asked } from "./Asked";
import { FilterField } from "./form/FilterField";
import styles from "./Reports.module.css";
import formStyles from "./form/Form.module.css";
import { Part } from "./form/kit";
import { PeriodField } from "./form/PeriodField";
import { WhoField } from "./form/WhoField";
import { kindOf } from "./kinds/kinds";
import { KIND_NAMES, type KindName } from "./kinds/names";
import { tidy, withFields, type Spec } from "./spec";

interface EditorProps {
  readonly kind: KindName;
  /** Another kind can be chosen as long as nothing is saved. */
  readonly onKind?: (kind: KindName) => void;
  readonly spec: Spec;
  readonly onChange: (spec: Spec) => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions: ReactNode;
}

export function Editor({ kind, onKind, spec, onChange, title, lead, actions }: EditorProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const { Form, events } = kindOf(kind);
  const change = (next: Spec): void => onChange(tidy(next));
  return (
    <Page
      title={title}
      lead={lead ?? t(`reports.kinds.${kind}.text`)}
      crumb={<Link to={path("reports")}>{t("reports.title")}</Link>}
      actions={actions}
    >
      <div className={styles.layout}>
        <section className={styles.question} aria-label={t("reports.question")}>
          <Card>
            <div className={formStyles.form}>
              <Part title={t("reports.kind")}>
                {onKind ? (
                  <Select<KindName>
                    value={kind}
                    onChange={onKind}
                    options={KIND_NAMES.map((value) => ({ value, label: t(`reports.kinds.${value}.name`) }))}
                    aria-label={t("reports.kind")}
                  />
                ) : (
                  <strong>{t(`reports.kinds.${kind}.name`)}</strong>
                )}
              </Part>
              <PeriodField key={kind} spec={spec} onChange={change} />
              <Form spec={spec} onChange={change} />
              <WhoField spec={spec} onChange={change} />
              <Part title={t("reports.onlyPeople")}>
                <FilterField
                  of="people"
                  value={spec.people}
                  events={[]}
                  onChange={(people) => change(withFields(spec, { people }))}
                  title={t("reports.onlyPeople")}
                />
              </Part>
              {events ? (
                <Part title={t("reports.allFilter")}>
                  <FilterField
                    value={spec.filter}
                    events={[]}
                    onChange={(filter) => change(withFields(spec, { filter }))}
                    title={t("reports.allFilter")}
                  />
                </Part>
              ) : null}
            </div>
          </Card>
        </section>
        <section className={styles.answer} aria-label={t("reports.answer")}>
          <Asked key={kind} kind={kind} spec={spec} onChange={change} name={title} />
        </section>
      </div>
    </Page>
  );
}
