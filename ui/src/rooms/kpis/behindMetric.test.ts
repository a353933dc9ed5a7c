import { describe, expect, it } from "vitest";

import { peopleAsked } from "./behindMetric";

const PHONE = { value: "phone", other: false, segment: null };
const ANSWER = {
  first_day: "2026-03-01",
  last_day: "2026-03-10",
  points: [
    { first_day: "2026-03-01", last_day: "2026-03-01" },
    { first_day: "2026-03-02", last_day: "2026-03-08" },
  ],
  parts: [{ group: PHONE }],
};

describe("whose people the address asks for", () => {
  it("are those of the whole value or of one of its buckets, without a group", () => {
    expect(peopleAsked(ANSWER, "", "2026-03-01..2026-03-10")).toEqual({ first: "2026-03-01", last: "2026-03-10", group: null });
    expect(peopleAsked(ANSWER, "", "2026-03-02..2026-03-08")).toEqual({ first: "2026-03-02", last: "2026-03-08", group: null });
  });

  it("are those of a group in all days", () => {
    expect(peopleAsked(ANSWER, JSON.stringify(PHONE), "")).toEqual({ first: "2026-03-01", last: "2026-03-10", group: PHONE });
  });

  it("is nobody where the answer has no such value", () => {
    for (const days of ["", "2026-03-02..2026-03-09", "x"]) expect(peopleAsked(ANSWER, '{"value":"tablet"}', days)).toBeNull();
  });
});
