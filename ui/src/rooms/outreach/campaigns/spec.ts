// What does a campaign begin as, and which key comes of its name?
import { digitsOf, minorPerUnit } from "@/parts/money";
import type { Spec } from "./queries";

/** No coupon. */
export const NO_OFFER: Spec["variants"][number]["offer"] = { kind: "none", amount_minor: 0, percent: 0, code: "" };

export const NEW: Spec = {
  audience: { segment: "", who: null, exclude: [] },
  variants: [{ name: "", template: "", offer: NO_OFFER }],
  test: { percent: 20, by: "clicked", wait_hours: 24, sharing: "fixed" },
  channel: "",
  kind: "sales",
  topic: "",
  hours: 24,
  priority: 0,
  timing: { schedule: null, clock: "workspace", local_at: "10:00", until: "" },
  throttle: null,
  holdout_percent: 10,
  goal: null,
};

export const LETTERS = ["A", "B", "C", "D", "E"] as const;

export function keyOf(name: string): string {
  const found = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return found.slice(0, 60);
}

type Offer = Spec["variants"][number]["offer"];

/** What a template reads beside the person: the coupon of the variant, where any variant has one. */
export function contextOf(spec: Spec, offer: Offer | undefined, currency: string): Record<string, unknown> {
  if (offer === undefined || spec.variants.every((one) => one.offer.kind === "none")) return {};
  const per = minorPerUnit(currency);
  const amount = `${(offer.amount_minor / per).toFixed(digitsOf(currency))} ${currency}`;
  const texts = { none: "", amount, percent: `${offer.percent}%` };
  return { offer: { ...offer, text: texts[offer.kind] } };
}
