// What does a page of the company show whoever is in the scene: one thing, or several that are compared?
import { Button, Input, InputNumber } from "antd";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import type { SceneContent, SceneSpec, SceneVariant } from "./queries";
import styles from "./Scenes.module.css";

const LANGUAGES = ["zh", "en"] as const;
const MOST = 5;

interface PartProps {
  readonly spec: SceneSpec;
  readonly onChange: (part: Partial<SceneSpec>) => void;
}

export function SlotFields({ spec, onChange }: PartProps): ReactNode {
  const { t } = useTranslation();
  const { variants } = spec;
  const shows = spec.content.length > 0 || variants.length > 0;
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const put = (place: number, part: Partial<SceneVariant>): void =>
    onChange({ variants: variants.map((one, n) => (n === place ? { ...one, ...part } : one)) });
  const begin = (): void =>
    onChange({
      content: [],
      variants: [fresh(t("scenes.variantName", { number: 1 }), "a", spec.content), fresh(t("scenes.variantName", { number: 2 }), "b", [])],
    });
  const add = (): void => {
    const number = variants.length + 1;
    const key = "abcdefgh".split("").find((one) => !variants.some((other) => other.key === one)) ?? `v${number}`;
    onChange({ variants: [...variants, { ...fresh(t("scenes.variantName", { number }), key, []), weight: 10 }] });
  };
  const remove = (place: number): void => {
    const left = variants.filter((_, n) => n !== place);
    onChange(left.length < 2 ? { variants: [], content: left[0]?.content ?? [] } : { variants: left });
  };
  return (
    <Card title={t("scenes.shows")} note={t("scenes.showsNote")}>
      <Fields>
        <Field
          label={t("scenes.slot")}
          note={t("scenes.slotNote")}
          wrong={(spec.slot === "") === shows ? t("scenes.slotBoth") : undefined}
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
        {variants.length === 0 ? <Contents content={spec.content} onChange={(content) => onChange({ content })} /> : null}
      </Fields>
      {variants.map((one, place) => (
        <VariantFields key={place} variant={one} onChange={(part) => put(place, part)} onRemove={() => remove(place)} />
      ))}
      {variants.length > 0 && Math.abs(total - 100) > 0.01 ? <p role="alert">{t("trials.weightsWrong", { total })}</p> : null}
      <div className={styles.more}>
        <Button icon={<Plus size={14} aria-hidden />} disabled={variants.length >= MOST} onClick={variants.length === 0 ? begin : add}>
          {t(variants.length === 0 ? "scenes.compare" : "scenes.addVariant")}
        </Button>
        <span className="faint">{t("scenes.compareNote")}</span>
      </div>
    </Card>
  );
}

function fresh(name: string, key: string, content: readonly SceneContent[]): SceneVariant {
  return { key, name, weight: 50, content };
}

interface VariantProps {
  readonly variant: SceneVariant;
  readonly onChange: (part: Partial<SceneVariant>) => void;
  readonly onRemove: () => void;
}

function VariantFields({ variant, onChange, onRemove }: VariantProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.variant} data-testid="slot-variant">
      <Fields>
        <Field label={t("scenes.variantLabel")}>
          {(id) => <Input id={id} value={variant.name} maxLength={200} onChange={(event) => onChange({ name: event.target.value })} />}
        </Field>
        <Field label={t("scenes.variantKey")}>
          {(id) => (
            <Input
              id={id}
              className="mono"
              value={variant.key}
              maxLength={60}
              spellCheck={false}
              onChange={(event) => onChange({ key: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label={t("trials.weight")}>
          {(id) => (
            <InputNumber<number>
              id={id}
              value={variant.weight}
              min={0.01}
              max={100}
              suffix="%"
              style={{ width: "100%" }}
              onChange={(weight) => onChange({ weight: weight ?? 1 })}
            />
          )}
        </Field>
        <Contents content={variant.content} onChange={(content) => onChange({ content })} />
      </Fields>
      <Button type="text" icon={<Trash2 size={14} aria-hidden />} onClick={onRemove}>
        {t("scenes.removeVariant", { name: variant.name })}
      </Button>
    </div>
  );
}

/** What is said in each language; nothing at all shows nothing. */
function Contents(props: {
  readonly content: readonly SceneContent[];
  readonly onChange: (content: readonly SceneContent[]) => void;
}): ReactNode {
  const of = (language: SceneContent["language"]): SceneContent =>
    props.content.find((one) => one.language === language) ?? { language, title: "", text: "", link: "" };
  const put = (changed: SceneContent): void => {
    const all = LANGUAGES.map((language) => (changed.language === language ? changed : of(language)));
    props.onChange(all.filter((one) => one.title !== "" || one.text !== "" || one.link !== ""));
  };
  return (
    <>
      {LANGUAGES.map((language) => (
        <ContentFields key={language} content={of(language)} onChange={put} />
      ))}
    </>
  );
}

function ContentFields({
  content,
  onChange,
}: {
  readonly content: SceneContent;
  readonly onChange: (content: SceneContent) => void;
}): ReactNode {
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
