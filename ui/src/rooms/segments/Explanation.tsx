// Why is this person in or out? Part by part, with what was found of them.
import { useQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { Check, X } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { usePath, useWorkspace } from "@/shell/workspace";
import type { Condition } from "./condition";
import type { JsonObject } from "./dump";
import { whyConditionQuery, whyMemberQuery, type Segment, type Why } from "./queries";
import styles from "./Why.module.css";
import { conditionsByPath, shownOf, whyTree, type WhyNode } from "./whyTree";

/** `condition`: as the server has it; its kinds say how to show what was found. */
export function WhyTree({ why, condition }: { why: Why; condition: unknown }): ReactNode {
  const { t } = useTranslation();
  const known = useMemo(() => conditionsByPath(condition), [condition]);
  const root = whyTree(why.reasons);
  return (
    <>
      <p className={styles.verdict}>
        <Pill tone={why.holds ? "good" : "warn"} dot>
          {t(why.holds ? "why.in" : "why.out")}
        </Pill>
      </p>
      {root ? (
        <ul className={styles.tree}>
          <Node node={root} known={known} />
        </ul>
      ) : null}
    </>
  );
}

const JOINS = { and: "why.all", or: "why.any", not: "why.none" } as const;

function Node({ node, known }: { node: WhyNode; known: ReadonlyMap<string, Condition> }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { reason, join, parts } = node;
  const Icon = reason.holds ? Check : X;
  return (
    <li>
      <div className={styles.line}>
        <span className={reason.holds ? styles.holds : styles.fails}>
          <Icon size={14} strokeWidth={2.25} aria-hidden />
          <span className="visually-hidden">{t(reason.holds ? "why.holds" : "why.fails")}</span>
        </span>
        <span className={styles.words}>
          {join ? <strong>{t(JOINS[join])}</strong> : reason[language]}
          {join ? null : <Found found={reason.found} condition={known.get(reason.path)} />}
        </span>
      </div>
      {parts.length > 0 ? (
        <ul className={styles.parts}>
          {parts.map((part) => (
            <Node key={part.reason.path} node={part} known={known} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function Found({ found, condition }: { found: string; condition: Condition | undefined }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone, currency } = useWorkspace();
  const shown = shownOf(found, condition, { tag, zone, currency });
  if (!shown) return null;
  const text = shown.steps === null ? shown.value : t("why.steps", { count: shown.steps });
  return <span className={styles.found}>{t("why.found", { value: text })}</span>;
}

interface WhyDrawerProps {
  /** Null: closed. */
  readonly person: { readonly id: number; readonly name: string } | null;
  readonly onClose: () => void;
  /** The explanation for this person. */
  readonly children: (person: number) => ReactNode;
}

export function WhyDrawer({ person, onClose, children }: WhyDrawerProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Drawer
      open={person !== null}
      onClose={onClose}
      size={480}
      destroyOnHidden
      title={person?.name}
      extra={
        person ? (
          <Link to={path("people", person.id)} target="_blank">
            {t("why.open")}
          </Link>
        ) : null
      }
    >
      {person ? (
        <>
          <h3 className={styles.title}>{t("why.title")}</h3>
          {children(person.id)}
        </>
      ) : null}
    </Drawer>
  );
}

/** Why somebody is in a saved segment, or out of it. */
export function MemberWhy({ segment, person }: { segment: Pick<Segment, "key" | "condition">; person: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(whyMemberQuery(slug, segment.key, person));
  return <Ready query={query}>{(why) => <WhyTree why={why} condition={segment.condition} />}</Ready>;
}

/** The same of a condition that is being built. */
export function ConditionWhy({ condition, person }: { condition: JsonObject; person: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(whyConditionQuery(slug, condition, person));
  return <Ready query={query}>{(why) => <WhyTree why={why} condition={condition} />}</Ready>;
}
