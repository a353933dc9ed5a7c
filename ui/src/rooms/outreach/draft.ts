// What is a template while it is written?
import type { TFunction } from "i18next";

import type { Template, TemplateDraft } from "./queries";

export type Draft = Pick<Template, "name" | "channel" | "kind" | "topic" | "spec"> & {
  /** As they are typed; a path may be half of one. */
  readonly fallbacks?: readonly (readonly [string, string])[];
};

export const blank = { subject: "", preheader: "", format: "html" as const, body: "", text: "" } as {
  subject: string;
  preheader: string;
  format: "html" | "mjml" | "text";
  body: string;
  text: string;
};

const REST = { on_missing: "stop" as const, track: true, utm: { source: "uems", medium: "", campaign: "" } };

/** What the value of a template is called in it, and as Liquid. */
export const NAME = "person.first_name";
const FILLED = `{{ ${NAME} }}`;

/** A letter to begin with, in one language; ``t`` speaks it. */
export function newDraft(language: "zh" | "en", t: TFunction): Draft {
  const hello = t("messageTemplates.hello", { name: FILLED });
  return {
    name: "",
    channel: "email",
    kind: "benefit",
    topic: "",
    spec: {
      ...REST,
      language,
      fallbacks: { [NAME]: t("messageTemplates.friend") },
      variants: { [language]: { ...blank, subject: hello, body: `<p>${hello}</p>` } },
    },
  };
}

/** The version that the draft would be. */
export function spec(draft: Draft): TemplateDraft["spec"] {
  const fallbacks = draft.fallbacks
    ? Object.fromEntries(draft.fallbacks.filter(([path]) => /^(person|context)(\.[^.]+)+$/.test(path)))
    : draft.spec.fallbacks;
  return { ...draft.spec, ...(fallbacks ? { fallbacks } : {}) };
}

/** A key made of a name; of a name without Latin letters, one that nobody else has. */
export function keyOf(name: string): string {
  const made = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 80);
  return made || `template_${Date.now().toString(36)}`;
}
