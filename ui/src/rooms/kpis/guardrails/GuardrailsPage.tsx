// Which short-term metric must not rise at the cost of which long-term one, and does it?
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { ArrowRight, Plus, ShieldCheck, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page, Stack } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useMetricName, useSaid } from "../marks";
import { AddPair } from "./AddPair";
import styles from "./Guardrails.module.css";
import { guardrailsQuery, useDeleteGuardrail, type Guardrail, type Side } from "./queries";
import { useSentence, useSideFigure } from "./sentence";

const TONES: Record<Guardrail["state"], Tone> = { red: "bad", watch: "warn", green: "good", unknown: "plain" };
const ORDER: readonly Guardrail["state"][] = ["red", "watch", "green", "unknown"];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const said = useSaid();
  const may = useMay("kpis:write");
  const [adding, setAdding] = useState(false);
  const query = useQuery(guardrailsQuery(slug));
  const add = may ? (
    <Button type="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
      {t("guardrails.add")}
    </Button>
  ) : null;
  return (
    <Page title={t("guardrails.title")} lead={t("guardrails.lead")} actions={add}>
      <Ready query={query} rows={8}>
        {({ items, rule_zh, rule_en }) =>
          items.length > 0 ? (
            <Stack gap={12}>
              {[...items]
                .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
                .map((one) => (
                  <One key={one.guardrail_id} guardrail={one} />
                ))}
              <Card title={t("guardrails.rule")}>
                <p className="soft">{said({ zh: rule_zh, en: rule_en })}</p>
              </Card>
            </Stack>
          ) : (
            <Card>
              <Notice icon={ShieldCheck} title={t("guardrails.none")} text={t("guardrails.lead")} action={add} />
            </Card>
          )
        }
      </Ready>
      <AddPair open={adding} onClose={() => setAdding(false)} />
    </Page>
  );
}

function One({ guardrail }: { guardrail: Guardrail }): ReactNode {
  const { t } = useTranslation();
  const sentence = useSentence();
  const name = useMetricName();
  const title = `${name(guardrail.short)} / ${name(guardrail.long)}`;
  return (
    <Card>
      <article aria-label={title}>
        <div className={styles.head}>
          <span>
            <Pill tone={TONES[guardrail.state]} dot>
              {t(`guardrails.states.${guardrail.state}`)}
            </Pill>{" "}
            <span className="faint">
              {t(`guardrails.units.${guardrail.pair.unit ?? "week"}`)}
              {guardrail.standard ? ` · ${t("guardrails.standard")}` : null}
            </span>
          </span>
          {guardrail.standard ? null : <Remove guardrail={guardrail} title={title} />}
        </div>
        <div className={styles.pairs}>
          <SideBox side={guardrail.short} />
          <ArrowRight size={16} aria-hidden className="faint" />
          <SideBox side={guardrail.long} />
        </div>
        <p className={styles.said}>{sentence(guardrail)}</p>
      </article>
    </Card>
  );
}

function SideBox({ side }: { side: Side }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const name = useMetricName();
  const figure = useSideFigure();
  const moved = side.moved === null ? null : side.moved > 0 ? "better" : side.moved < 0 ? "worse" : "same";
  return (
    <div className={styles.sideBox}>
      <Link to={`${path("kpis", side.metric)}?period=d90&unit=week`}>{name(side)}</Link>
      <p className={`tabular ${styles.now ?? ""}`}>{figure(side, side.value)}</p>
      <div>
        {side.baseline === null ? t("guardrails.tooEarly") : t("guardrails.usually", { value: figure(side, side.baseline) })}
        {moved ? ` · ${t(`kpis.turns.${moved}`)}` : null}
      </div>
    </div>
  );
}

function Remove({ guardrail, title }: { guardrail: Guardrail; title: string }): ReactNode {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useDeleteGuardrail();
  if (!useMay("kpis:write")) return null;
  const ask = (): void =>
    void modal.confirm({
      title: t("guardrails.deleteTitle", { name: title }),
      content: t("guardrails.deleteText"),
      okText: t("guardrails.delete"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync(guardrail.guardrail_id).then(() => void message.success(t("guardrails.deleted")), failed),
    });
  return (
    <Button
      size="small"
      type="text"
      icon={<Trash2 size={14} aria-hidden />}
      aria-label={t("guardrails.deleteOf", { name: title })}
      onClick={ask}
    />
  );
}
