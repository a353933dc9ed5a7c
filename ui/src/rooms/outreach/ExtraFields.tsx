// What does a note have beside title and text? Where it is shown, a picture, a button that leads somewhere: as far as the channel shows them.
import { Checkbox, Input, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import type { blank } from "./draft";
import type { Channel } from "./queries";

type Variant = typeof blank;

interface Props {
  readonly variant: Partial<Variant>;
  readonly extras: Channel["extras"];
  readonly onChange: (part: Partial<Variant>) => void;
}

export function ExtraFields({ variant, extras, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {extras.includes("layout") ? (
        <Segmented<Variant["layout"]>
          value={variant.layout ?? "card"}
          onChange={(layout) => onChange({ layout })}
          aria-label={t("messageTemplates.extras.layout")}
          options={(["card", "banner", "modal"] as const).map((value) => ({ value, label: t(`messageTemplates.layouts.${value}`) }))}
        />
      ) : null}
      {(["image_url", "button", "link"] as const)
        .filter((name) => extras.includes(name))
        .map((name) => (
          <Field key={name} label={t(`messageTemplates.extras.${name}`)} note={t(`messageTemplates.extraNotes.${name}`)} wide>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                value={variant[name] ?? ""}
                onChange={(event) => onChange({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      {extras.includes("reply") ? (
        <Checkbox checked={variant.reply === "yes"} onChange={(event) => onChange({ reply: event.target.checked ? "yes" : "" })}>
          {t("messageTemplates.extras.reply")}
        </Checkbox>
      ) : null}
    </>
  );
}
