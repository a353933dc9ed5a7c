import { expect, it } from "vitest";

import { didOf, doingOf, groupOf, leafOf } from "@/rooms/segments/condition";
import { blankModel, bodyOf, draftOf, troublesOf } from "./draft";
import type { Definition } from "./queries";

const BOUGHT = groupOf([leafOf(didOf(doingOf("Order Completed")))]);

it("writes an outcome among people, and one name for both languages until the other is said", () => {
  const body = bodyOf({ ...blankModel(), label: { zh: "", en: "Buys" }, condition: BOUGHT, days: 14, among: BOUGHT });
  const told = { and: [{ did: { events: ["Order Completed"] } }] };
  expect(body).toMatchObject({ label_zh: "Buys", label_en: "Buys", target: { kind: "outcome", condition: told, days: 14 }, among: told });
});

it("writes a seed without days, of everybody when nobody is named", () => {
  const body = bodyOf({ ...blankModel(), kind: "seed", condition: BOUGHT });
  expect(body.target).toEqual({ kind: "seed", who: { and: [{ did: { events: ["Order Completed"] } }] } });
  expect(body.among).toBeNull();
});

it("writes back what it read, also what only code can say", () => {
  const who = { and: [{ did: { events: ["Order Completed"] } }] };
  const shared = { label_zh: "甲", label_en: "A", among: who, fallback: true, auto_promote: false, retrain_days: 7 };
  const told: Definition[] = [
    { ...shared, target: { kind: "outcome", condition: who, days: 14 }, rule: { kind: "tag", tag: "away" } },
    { ...shared, target: { kind: "seed", who, against: who, as_of: "2026-01-01" }, rule: { kind: "rhythm" } },
  ];
  for (const one of told) expect(bodyOf(draftOf("a", one))).toEqual(one);
});

it("says what is missing by the paths of the API", () => {
  expect(troublesOf({ ...blankModel(), condition: groupOf([]) })).toEqual([{ path: "target.condition.and", lack: "empty" }]);
  expect(troublesOf({ ...blankModel(), kind: "seed", condition: groupOf([]) })[0]?.path).toBe("target.who.and");
  expect(troublesOf(blankModel())).toEqual([]);
});
