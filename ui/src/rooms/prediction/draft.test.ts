import { expect, it } from "vitest";

import { didOf, doingOf, groupOf, leafOf } from "@/rooms/segments/condition";
import { blankModel, bodyOf, troublesOf } from "./draft";

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

it("says what is missing by the paths of the API", () => {
  expect(troublesOf({ ...blankModel(), condition: groupOf([]) })).toEqual([{ path: "target.condition.and", lack: "empty" }]);
  expect(troublesOf({ ...blankModel(), kind: "seed", condition: groupOf([]) })[0]?.path).toBe("target.who.and");
  expect(troublesOf(blankModel())).toEqual([]);
});
