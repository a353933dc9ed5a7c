import { describe, expect, it } from "vitest";

import { blankDraft, draftOf, isAddress, lacksOf, receiversOf, specOf } from "./draft";
import type { Alert } from "./queries";

const ALERT: Alert = {
  alert_id: "alert_1",
  name: "Cheap enough",
  spec: {
    metric: "cac",
    unit: "week",
    rule: { kind: "threshold", above: 1250, below: null },
    config: null,
    dimensions: [{ column: "device" }],
  },
  receivers: [{ kind: "webhook", whom: "https://example.com", language: "en" }],
  enabled: true,
  looked_at_bucket: null,
  looked_at: null,
  failure: "",
  saved_at: "2026-03-01T00:00:00Z",
  saved_by: "mei",
};

describe("the draft of an alert", () => {
  it("shows limits as people type them, and gives them back as they were", () => {
    const draft = draftOf(ALERT, "money", "USD");
    expect([draft.above, draft.below, draft.receivers]).toEqual([12.5, null, null]);
    expect(specOf(draft, "money", "USD")).toEqual({
      metric: "cac",
      unit: "week",
      rule: { kind: "threshold", above: 1250, below: null },
      config: null,
      dimensions: [{ column: "device" }],
    });
  });

  it("of an anomaly carries no limits", () => {
    const draft = { ...blankDraft("dau", "zh"), above: 7, leastChange: 10 };
    expect(specOf(draft, "people", "USD").rule).toEqual({ kind: "anomaly", direction: "both", deviations: 3.5, min_change: 0.1 });
  });

  it("says what it lacks, the rule first", () => {
    const blank = blankDraft("", "en");
    expect(lacksOf(blank)).toEqual({ rule: ["metric"], whole: ["metric", "name", "receivers"] });
    const limits = { ...blank, metric: "dau", kind: "threshold" as const, name: "x", receivers: [] };
    expect(lacksOf(limits).whole).toEqual(["limits"]);
    expect(lacksOf({ ...limits, above: 1, below: 2 }).whole).toEqual(["order"]);
    expect(lacksOf({ ...limits, above: 2, below: 1 }).whole).toEqual([]);
    expect(lacksOf({ ...draftOf(ALERT, "money", "USD") }).whole).toEqual([]);
  });

  it("knows an address when it sees one", () => {
    expect(isAddress({ kind: "email", address: " mei@example.com ", language: "zh" })).toBe(true);
    expect(isAddress({ kind: "email", address: "https://example.com", language: "zh" })).toBe(false);
    expect(isAddress({ kind: "webhook", address: "https://example.com/hook", language: "zh" })).toBe(true);
    expect(isAddress({ kind: "webhook", address: "ftp://example.com", language: "zh" })).toBe(false);
    expect(receiversOf([{ kind: "email", address: " a@b.de ", language: "en" }])).toEqual([
      { kind: "email", to: "a@b.de", language: "en" },
    ]);
  });
});
