// When may a scene hold, how long does it last, how soon may it come again, and what does a page show then?
import { Input, InputNumber, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import type { SceneSpec } from "./queries";

interface PartProps {
  readonly spec: SceneSpec;
  readonly onChange: (part: Partial<SceneSpec>) => void;
}

const LATE = { since: "22:00", until: "02:00" };
const MAX_MINUTES = 129_600;

export function TimeFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { hours } = spec;
  const minutes = (id: string, value: number, put: (value: number) => void): ReactNode => (
    <InputNumber
      id={id}
      min={1}
      max={MAX_MINUTES}
      precision={0}
      value={value}
      suffix={t("scenes.minutes")}
      style={{ width: "100%" }}
      onChange={(given) => put(given ?? 1)}
    />
  );
  return (
    <Card title={t("scenes.when")} note={t("scenes.whenNote")}>
      <Fields>
        <Field label={t("scenes.onlyHours")} wide>
          {(id) => (
            <Switch
              id={id}
              aria-label={t("scenes.onlyHours")}
              checked={hours !== null}
              onChange={(on) => onChange({ hours: on ? LATE : null })}
            />
          )}
        </Field>
        {hours ? (
          <>
            <Field label={t("scenes.since")}>
              {(id) => (
                <Input
                  id={id}
                  type="time"
                  value={hours.since}
                  onChange={(event) => onChange({ hours: { ...hours, since: event.target.value } })}
                />
              )}
            </Field>
            <Field label={t("scenes.until")}>
              {(id) => (
                <Input
                  id={id}
                  type="time"
                  value={hours.until}
                  onChange={(event) => onChange({ hours: { ...hours, until: event.target.value } })}
                />
              )}
            </Field>
          </>
        ) : null}
        <Field label={t("scenes.stays")} note={t("scenes.staysNote")}>
          {(id) => minutes(id, spec.stays_minutes, (stays_minutes) => onChange({ stays_minutes }))}
        </Field>
        <Field
          label={t("scenes.coolDown")}
          note={t("scenes.coolDownNote")}
          wrong={spec.cool_down_minutes < spec.stays_minutes ? t("scenes.coolDownShort") : undefined}
        >
          {(id) => minutes(id, spec.cool_down_minutes, (cool_down_minutes) => onChange({ cool_down_minutes }))}
        </Field>
      </Fields>
    </Card>
  );
}

type Content = SceneSpec["content"][number];
const LANGUAGES = ["zh", "en"] as const;

export function SlotFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const of = (language: Content["language"]): Content =>
    spec.content.find((one) => one.language === language) ?? { language, title: "", text: "", link: "" };
  const put = (changed: Content): void => {
    const all = LANGUAGES.map((language) => (changed.language === language ? changed : of(language)));
    onChange({ content: all.filter((one) => one.title !== "" || one.text !== "" || one.link !== "") });
  };
  return (
    <Card title={t("scenes.shows")} note={t("scenes.showsNote")}>
      <Fields>
        <Field
          label={t("scenes.slot")}
          note={t("scenes.slotNote")}
          wrong={(spec.slot === "") !== (spec.content.length === 0) ? t("scenes.slotBoth") : undefined}
          wide
        >
          {(id) => (
            <Input
              id={id}
              className="mono"
              value={spec.slot}
              maxLength={40}
              spellCheck={false}
              onChange={(event) => onChange({ slot: event.target.value.trim() })}
            />
          )}
        </Field>
        {LANGUAGES.map((language) => (
          <ContentFields key={language} content={of(language)} onChange={put} />
        ))}
      </Fields>
    </Card>
  );
}

function ContentFields({ content, onChange }: { content: Content; onChange: (content: Content) => void }): ReactNode {
  const { t } = useTranslation();
  const language = t(`scenes.languages.${content.language}`);
  return (
    <>
      <Field label={t("scenes.contentTitle", { language })}>
        {(id) => (
          <Input id={id} value={content.title} maxLength={200} onChange={(event) => onChange({ ...content, title: event.target.value })} />
        )}
      </Field>
      <Field label={t("scenes.contentLink", { language })}>
        {(id) => (
          <Input
            id={id}
            type="url"
            value={content.link}
            maxLength={2000}
            onChange={(event) => onChange({ ...content, link: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label={t("scenes.contentText", { language })} wide>
        {(id) => (
          <Input.TextArea
            id={id}
            autoSize={{ minRows: 2, maxRows: 6 }}
            value={content.text}
            maxLength={2000}
            onChange={(event) => onChange({ ...content, text: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
