// What is said in one language: subject, format and body, and what stands where something is not known.
import { Button, Input, Segmented } from "antd";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { blank, NAME, type Draft } from "./draft";
import { ExtraFields } from "./ExtraFields";
import { ShortFields } from "./ShortFields";
import styles from "./Outreach.module.css";
import type { Channel } from "./queries";

const EXAMPLE = "{{ person.first_name }}, {{ context.order_id }}, {{ links.unsubscribe }}";

interface Props {
  readonly language: "zh" | "en";
  readonly draft: Draft;
  /** What the channel carries; a letter while that is not known. */
  readonly channel: Channel | undefined;
  readonly onChange: (part: Partial<Draft>) => void;
}

export function VariantFields({ language, draft, channel, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const variant = draft.spec.variants[language];
  const others = { ...draft.spec.variants };
  const put = (part: Partial<typeof blank>): void =>
    onChange({ spec: { ...draft.spec, variants: { ...others, [language]: { ...blank, ...variant, ...part } } } });
  if (!variant)
    return (
      <div className={styles.form}>
        <p className="faint">{t("messageTemplates.noVariant")}</p>
        <Button onClick={() => put(Object.values(draft.spec.variants)[0] ?? {})}>{t("messageTemplates.addVariant")}</Button>
      </div>
    );
  if (channel && channel.content !== "letter")
    return (
      <div className={styles.form}>
        <ShortFields
          variant={variant}
          titled={channel.content === "note"}
          approved={channel.provider_templates}
          example={EXAMPLE}
          onChange={put}
        />
        <ExtraFields variant={variant} extras={channel.extras} onChange={put} />
        <Fallbacks draft={draft} onChange={onChange} />
      </div>
    );
  return (
    <div className={styles.form}>
      <Field label={t("messageTemplates.subject")}>
        {(id) => <Input id={id} value={variant.subject ?? ""} onChange={(event) => put({ subject: event.target.value })} />}
      </Field>
      <Segmented<"html" | "mjml" | "text">
        value={variant.format ?? "html"}
        onChange={(format) => put({ format })}
        aria-label={t("messageTemplates.format")}
        options={(["html", "mjml", "text"] as const).map((value) => ({ value, label: t(`messageTemplates.formats.${value}`) }))}
      />
      <Field label={t("messageTemplates.body")} note={t("messageTemplates.bodyNote", { example: EXAMPLE })} wide>
        {(id, note) => (
          <Input.TextArea
            id={id}
            aria-describedby={note}
            className={styles.code ?? ""}
            autoSize={{ minRows: 12, maxRows: 30 }}
            value={variant.body ?? ""}
            onChange={(event) => put({ body: event.target.value })}
            spellCheck={false}
          />
        )}
      </Field>
      <Fallbacks draft={draft} onChange={onChange} />
    </div>
  );
}

function Fallbacks({ draft, onChange }: Omit<Props, "language" | "channel">): ReactNode {
  const { t } = useTranslation();
  const rows = draft.fallbacks ?? Object.entries(draft.spec.fallbacks ?? {}).map(([path, value]) => [path, String(value)] as const);
  const set = (fallbacks: readonly (readonly [string, string])[]): void => onChange({ fallbacks });
  const put = (place: number, row: readonly [string, string]): void => set(rows.map((one, at) => (at === place ? row : one)));
  return (
    <div className={styles.form}>
      <strong>{t("messageTemplates.fallbacks")}</strong>
      <span className="faint">{t("messageTemplates.fallbacksNote")}</span>
      {rows.map(([path, value], place) => (
        <div key={place} className={styles.actions}>
          <Input
            style={{ flex: 1 }}
            value={path}
            aria-label={t("messageTemplates.fallbackPath")}
            placeholder={NAME}
            onChange={(event) => put(place, [event.target.value, value])}
          />
          <Input
            style={{ flex: 1 }}
            value={value}
            aria-label={t("messageTemplates.fallbackValue")}
            onChange={(event) => put(place, [path, event.target.value])}
          />
          <Button
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={t("messageTemplates.removeFallback")}
            onClick={() => set(rows.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <Button icon={<Plus size={14} aria-hidden />} onClick={() => set([...rows, ["", ""]])}>
        {t("messageTemplates.addFallback")}
      </Button>
    </div>
  );
}
