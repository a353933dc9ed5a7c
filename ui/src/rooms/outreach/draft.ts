// What is a template while it is written?
import type { TFunction } from "i18next";

import type { Template, TemplateDraft } from "./queries";

export type Draft = Pick<Template, "name" | "channel" | "kind" | "topic" | "spec"> & {
  /** As they are typed; a path may be half of one. */
  readonly fallbacks?: readonly (readonly [string, string])[];
};

export const blank = {
  subject: "",
  preheader: "",
  format: "html" as const,
  body: "",
  text: "",
  provider_code: "",
  parameters: {},
  layout: "card",
  image_url: "",
  button: "",
  link: "",
  reply: "",
} as {
  subject: string;
  preheader: string;
  format: "html" | "mjml" | "text";
  body: string;
  text: string;
  provider_code: string;
  parameters: Readonly<Record<string, string>>;
  layout: "card" | "banner" | "modal";
  image_url: string;
  button: string;
  link: string;
  reply: "" | "yes";
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

/** What is filled in where, in a text that a provider has approved: ${name} or {1}, each once. */
export function placesOf(body: string): readonly string[] {
  const found = [...body.matchAll(/\$\{([A-Za-z0-9_]{1,40})\}|\{([0-9]{1,2})\}/g)].map((one) => one[1] ?? one[2] ?? "");
  return [...new Set(found)];
}

/** The draft for another channel: what the new one cannot carry is left out, so that it can be saved. */
export function onChannel(draft: Draft, channel: string, carries: Carries): Draft {
  const variants = Object.fromEntries(
    Object.entries(draft.spec.variants).map(([language, variant]) => {
      const approved = carries.provider_templates ? variant : { ...variant, provider_code: "", parameters: {} };
      const kept = { ...approved, ...without(carries.extras) };
      const format = carries.content === "letter" ? kept.format : "text";
      return [language, { ...kept, ...(format ? { format } : {}), body: format === "text" ? textOf(kept.body ?? "") : (kept.body ?? "") }];
    }),
  );
  return { ...draft, channel, spec: { ...draft.spec, variants } };
}

interface Carries {
  readonly content: "letter" | "note" | "text";
  readonly provider_templates: boolean;
  readonly extras: readonly Extra[];
}

type Extra = "layout" | "image_url" | "button" | "link" | "reply";

/** What notes of a channel cannot have, left empty. */
function without(extras: readonly Extra[]): Partial<typeof blank> {
  const texts = (["image_url", "button", "link", "reply"] as const).filter((name) => !extras.includes(name));
  return { ...Object.fromEntries(texts.map((name) => [name, ""])), ...(extras.includes("layout") ? {} : { layout: "card" as const }) };
}

/** HTML as text, as far as a beginning needs it. */
function textOf(body: string): string {
  return body.replace(/<[^<>]*>/g, "");
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
