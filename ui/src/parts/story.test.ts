import { expect, it } from "vitest";

import { begin, onlyField, tell, type Story } from "./story";

const draft = { name: "a", label: { zh: "甲", en: "A" }, cases: [{ value: "x", on: true }], days: 3 };

it("finds the one field that is typed in", () => {
  expect(onlyField(draft, { ...draft, name: "ab" })).toBe("name.");
  expect(onlyField(draft, { ...draft, label: { ...draft.label, en: "Ab" } })).toBe("label.en.");
  expect(onlyField(draft, { ...draft, cases: [{ value: "xy", on: true }] })).toBe("cases.0.value.");
  expect(onlyField(draft, { ...draft, days: 4 })).toBe("days.");
});

it("finds none where it is not typing", () => {
  expect(onlyField(draft, { ...draft })).toBeNull();
  expect(onlyField(draft, { ...draft, name: "b", days: 4 })).toBeNull();
  expect(onlyField(draft, { ...draft, cases: [{ value: "x", on: false }] })).toBeNull();
  expect(onlyField(draft, { ...draft, cases: [] })).toBeNull();
});

it("takes back a word that was typed, and then the choice before it", () => {
  let story: Story<typeof draft> = begin(draft);
  const set = (next: typeof draft, at: number): void => {
    story = tell(story, { do: "set", change: () => next, at, as: onlyField });
  };
  set({ ...draft, cases: [] }, 0);
  for (const [n, name] of ["b", "bo", "box"].entries()) set({ ...story.present, name }, 100 + n * 100);
  story = tell(story, { do: "undo" });
  expect(story.present).toEqual({ ...draft, cases: [] });
  story = tell(story, { do: "undo" });
  expect(story.present).toBe(draft);
});
