// What is said where there is room for plain text alone? The text, or the one that a provider has approved with what is filled in there.
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import { placesOf, type blank } from "./draft";

type Variant = typeof blank;

interface Props {
  readonly variant: Partial<Variant>;
  /** With a title before the text. */
  readonly titled: boolean;
  /** Whether the provider keeps the texts. */
  readonly approved: boolean;
  readonly example: string;
  readonly onChange: (part: Partial<Variant>) => void;
}

export function ShortFields({ variant, titled, approved, example, onChange }: Props): ReactNode {
  const { t } = useTranslation();
  const body = variant.body ?? "";
  const given = variant.parameters ?? {};
  const write = (text: string): void => {
    const kept = Object.fromEntries(placesOf(text).map((name) => [name, given[name] ?? ""]));
    onChange({ format: "text", body: text, ...(approved ? { parameters: kept } : {}) });
  };
  return (
    <>
      {approved ? (
        <Field label={t("messageTemplates.providerCode")} wide>
          {(id) => (
            <Input id={id} value={variant.provider_code ?? ""} onChange={(event) => onChange({ provider_code: event.target.value })} />
          )}
        </Field>
      ) : null}
      {titled ? (
        <Field label={t("messageTemplates.subject")} wide>
          {(id) => <Input id={id} value={variant.subject ?? ""} onChange={(event) => onChange({ subject: event.target.value })} />}
        </Field>
      ) : null}
      <Field
        label={t(approved ? "messageTemplates.approvedText" : "messageTemplates.text")}
        note={approved ? t("messageTemplates.approvedNote") : t("messageTemplates.bodyNote", { example })}
        wide
      >
        {(id, note) => (
          <Input.TextArea
            id={id}
            aria-describedby={note}
            autoSize={{ minRows: 4, maxRows: 16 }}
            value={body}
            onChange={(event) => write(event.target.value)}
          />
        )}
      </Field>
      {approved
        ? placesOf(body).map((name) => (
            <Field key={name} label={t("messageTemplates.parameter", { name })} note={t("messageTemplates.bodyNote", { example })} wide>
              {(id, note) => (
                <Input
                  id={id}
                  aria-describedby={note}
                  value={given[name] ?? ""}
                  onChange={(event) => onChange({ parameters: { ...given, [name]: event.target.value } })}
                />
              )}
            </Field>
          ))
        : null}
    </>
  );
}
