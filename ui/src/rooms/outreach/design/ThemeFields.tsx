// What can be set of the look? Logo, colours, font, and the words of one language.
import { Input, InputNumber } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import type { Theme, Words } from "./queries";

const COLORS = ["primary_color", "background_color", "surface_color", "text_color", "muted_color", "link_color"] as const;
const EMPTY: Words = { sender: "", address: "", footer: "" };

interface Props {
  readonly spec: Theme;
  readonly language: "zh" | "en";
  readonly onChange: (part: Partial<Theme>) => void;
}

export function ThemeFields({ spec, language, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const words: Words = { ...EMPTY, ...spec.words[language] };
  const say = (part: Partial<Words>): void => onChange({ words: { ...spec.words, [language]: { ...words, ...part } } });
  return (
    <Fields>
      <Field label={t("messageDesign.sender")}>
        {(id) => <Input id={id} maxLength={200} value={words.sender} onChange={(event) => say({ sender: event.target.value })} />}
      </Field>
      <Field label={t("messageDesign.address")}>
        {(id) => <Input id={id} maxLength={500} value={words.address} onChange={(event) => say({ address: event.target.value })} />}
      </Field>
      <Field label={t("messageDesign.footer")} wide>
        {(id) => (
          <Input.TextArea
            id={id}
            maxLength={1000}
            autoSize={{ minRows: 2 }}
            value={words.footer}
            onChange={(event) => say({ footer: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("messageDesign.logo")} note={t("messageDesign.logoNote")} wide>
        {(id, note) => (
          <Input
            id={id}
            aria-describedby={note}
            maxLength={1000}
            value={spec.logo_url}
            onChange={(event) => onChange({ logo_url: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label={t("messageDesign.logoWidth")}>
        {(id) => (
          <InputNumber
            id={id}
            min={16}
            max={600}
            precision={0}
            value={spec.logo_width}
            onChange={(logo_width) => logo_width !== null && onChange({ logo_width })}
          />
        )}
      </Field>
      <Field label={t("messageDesign.radius")}>
        {(id) => (
          <InputNumber
            id={id}
            min={0}
            max={60}
            precision={0}
            value={spec.radius}
            onChange={(radius) => radius !== null && onChange({ radius })}
          />
        )}
      </Field>
      <Field label={t("messageDesign.font")} note={t("messageDesign.fontNote")} wide>
        {(id, note) => (
          <Input
            id={id}
            aria-describedby={note}
            maxLength={200}
            value={spec.font}
            onChange={(event) => onChange({ font: event.target.value })}
          />
        )}
      </Field>
      <Colors spec={spec} onChange={onChange} />
    </Fields>
  );
}

function Colors({ spec, onChange }: Omit<Props, "language">): ReactNode {
  const { t } = useTranslation();
  return COLORS.map((name) => (
    <Field key={name} label={t(`messageDesign.colors.${name}`)}>
      {(id) => (
        <Input
          id={id}
          maxLength={7}
          value={spec[name]}
          prefix={
            <span aria-hidden style={{ width: 16, height: 16, borderRadius: 4, border: "1px solid var(--line)", background: spec[name] }} />
          }
          onChange={(event) => onChange({ [name]: event.target.value.trim() })}
        />
      )}
    </Field>
  ));
}
