// What is said, in which wordings, and how are they compared?
import { Button, InputNumber, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { useMay, useWorkspace } from "@/shell/workspace";
import { TemplateField } from "../flows/TemplateField";
import { channelsQuery, topicsQuery } from "../queries";
import styles from "./Campaigns.module.css";
import type { Spec } from "./queries";
import { OfferFields } from "./OfferFields";
import { LETTERS, NO_OFFER } from "./spec";
import { Troubles, type PartProps } from "./Troubles";

export function MessageCard(props: PartProps): ReactNode {
  const { t } = useTranslation();
  const { spec, onChange, problems } = props;
  return (
    <Card title={t("campaigns.steps.message")} note={t("campaigns.steps.messageNote")}>
      <Troubles part="message" problems={problems} />
      <Variants spec={spec} onChange={onChange} />
      <Ways {...props} />
      {spec.variants.length > 1 ? <TestFields {...props} /> : null}
    </Card>
  );
}

function Variants({ spec, onChange }: Pick<PartProps, "spec" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const put = (place: number, part: Partial<Spec["variants"][number]>): void =>
    onChange({ variants: spec.variants.map((one, n) => (n === place ? { ...one, ...part } : one)) });
  return (
    <>
      {spec.variants.map((one, place) => (
        <div key={LETTERS[place]} className={styles.variant}>
          <strong aria-hidden>{LETTERS[place]}</strong>
          <Field label={t("campaigns.templateOf", { letter: LETTERS[place] })}>
            {(id, note) => (
              <TemplateField id={id} aria-describedby={note} value={one.template} onChange={(template) => put(place, { template })} />
            )}
          </Field>
          {spec.variants.length > 1 ? (
            <Button
              type="text"
              icon={<Trash2 size={14} aria-hidden />}
              aria-label={t("campaigns.removeVariant", { letter: LETTERS[place] })}
              onClick={() => onChange({ variants: spec.variants.filter((_, n) => n !== place) })}
            />
          ) : null}
          <OfferFields letter={LETTERS[place] ?? ""} offer={one.offer} onChange={(offer) => put(place, { offer })} />
        </div>
      ))}
      {spec.variants.length < LETTERS.length ? (
        <Button
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onChange({ variants: [...spec.variants, { name: "", template: "", offer: NO_OFFER }] })}
        >
          {t("campaigns.addVariant")}
        </Button>
      ) : null}
    </>
  );
}

function Ways({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const may = useMay("messages:read");
  const channels = useQuery({ ...channelsQuery(slug), enabled: may });
  const topics = useQuery({ ...topicsQuery(slug), enabled: may });
  const own = { value: "", label: t("campaigns.ofTemplate") };
  const named = (key: string, zh: string, en: string) => ({ value: key, label: language === "zh" ? zh : en });
  return (
    <div style={{ marginTop: 14 }}>
      <Fields>
        <Field label={t("campaigns.kind")}>
          {(id) => (
            <Select<Spec["kind"]>
              id={id}
              value={spec.kind}
              onChange={(kind) => onChange({ kind })}
              options={(["benefit", "sales", "service"] as const).map((value) => ({ value, label: t(`campaigns.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("campaigns.channel")}>
          {(id) => (
            <Select<string>
              id={id}
              value={spec.channel}
              onChange={(channel) => onChange({ channel })}
              options={[own, ...(channels.data?.items ?? []).map((one) => named(one.key, one.label_zh, one.label_en))]}
            />
          )}
        </Field>
        <Field label={t("campaigns.topic")}>
          {(id) => (
            <Select<string>
              id={id}
              value={spec.topic}
              onChange={(topic) => onChange({ topic })}
              options={[own, ...(topics.data?.items ?? []).map((one) => named(one.key, one.name_zh, one.name_en))]}
            />
          )}
        </Field>
        <Field label={t("campaigns.hours")} note={t("campaigns.hoursNote")}>
          {(id, note) => (
            <InputNumber
              id={id}
              aria-describedby={note}
              min={1}
              max={720}
              value={spec.hours}
              onChange={(hours) => onChange({ hours: hours ?? 24 })}
            />
          )}
        </Field>
      </Fields>
    </div>
  );
}

function TestFields({ spec, onChange, problems }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { test } = spec;
  const change = (part: Partial<Spec["test"]>): void => onChange({ test: { ...test, ...part } });
  return (
    <div style={{ marginTop: 14 }}>
      <Troubles part="test" problems={problems} />
      <Fields>
        <Field label={t("campaigns.sharing")} note={test.sharing === "thompson" ? t("campaigns.sharingWarning") : undefined} wide>
          {(id, note) => (
            <Select<Spec["test"]["sharing"]>
              id={id}
              aria-describedby={note}
              value={test.sharing}
              onChange={(sharing) => change({ sharing })}
              options={(["fixed", "thompson"] as const).map((value) => ({ value, label: t(`campaigns.sharings.${value}`) }))}
            />
          )}
        </Field>
        {test.sharing === "thompson" ? null : (
          <Field label={t("campaigns.testPercent")} note={t("campaigns.testRule")}>
            {(id, note) => (
              <InputNumber
                id={id}
                aria-describedby={note}
                min={1}
                max={100}
                suffix="%"
                value={test.percent}
                onChange={(percent) => change({ percent: percent ?? 20 })}
              />
            )}
          </Field>
        )}
        <Field label={t("campaigns.testBy")}>
          {(id) => (
            <Select<Spec["test"]["by"]>
              id={id}
              value={test.by}
              onChange={(by) => change({ by })}
              options={(["opened", "clicked", "goal"] as const).map((value) => ({ value, label: t(`campaigns.bys.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("campaigns.testWait")}>
          {(id) => (
            <InputNumber id={id} min={0.25} max={336} value={test.wait_hours} onChange={(hours) => change({ wait_hours: hours ?? 24 })} />
          )}
        </Field>
      </Fields>
    </div>
  );
}
