// Is anything paid for with what lasts? One line while nothing is; a plain sentence for each pair where something is.
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Guardrails.module.css";
import { guardrailsQuery, type Guardrail } from "./queries";
import { useSentence } from "./sentence";

export function GuardStrip(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const { data, error } = useQuery(guardrailsQuery(slug));
  const sentence = useSentence();
  if (error) return null; // the page of guardrails says why
  if (!data) return <div className={styles.strip}>{t("guardrails.judging")}</div>;
  const bad = (["red", "watch"] as const).flatMap((state) => data.items.filter((one) => one.state === state));
  if (bad.length === 0) return <Calm items={data.items} />;
  return (
    <ul className={styles.list} aria-label={t("guardrails.title")}>
      {bad.map((one) => (
        <li
          key={one.guardrail_id}
          className={one.state === "red" ? styles.red : styles.watch}
          role={one.state === "red" ? "alert" : undefined}
        >
          <ShieldAlert size={16} aria-hidden />
          <span>
            <strong>{t(`guardrails.states.${one.state}`)}</strong> {sentence(one)}{" "}
            <Link to={path("guardrails")}>{t("guardrails.look")}</Link>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Calm({ items }: { items: readonly Guardrail[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const green = items.filter((one) => one.state === "green").length;
  const unknown = items.length - green;
  const Icon = green > 0 ? ShieldCheck : ShieldQuestion;
  return (
    <div className={green > 0 ? styles.green : styles.strip}>
      <Icon size={16} aria-hidden />
      <span>
        {green > 0 ? t("guardrails.calm", { count: green }) : t("guardrails.early")}
        {green > 0 && unknown > 0 ? ` ${t("guardrails.someUnknown", { count: unknown })}` : ""}{" "}
        <Link to={path("guardrails")}>{t("guardrails.look")}</Link>
      </span>
    </div>
  );
}
