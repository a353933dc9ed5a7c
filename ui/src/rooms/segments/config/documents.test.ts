// Do documents come back as they were written, and is what cannot be read said with its place?
import { describe, expect, it } from "vitest";

import { readDocuments, writeDocuments } from "./documents";

describe("documents", () => {
  it("come back as they were written", () => {
    const documents = [
      { kind: "segment", key: "a", name: "甲: “x”", condition: { did: { events: ["Order Completed"] } } },
      { kind: "tag", key: "b", allowed: ["yes", "no", "2020-01-01", null, 1.5] },
    ];
    expect(readDocuments(writeDocuments(documents))).toEqual({ ok: true, documents });
  });

  it("may stand between empty ones", () => {
    expect(readDocuments("---\n---\nkind: tag\n---\n")).toEqual({ ok: true, documents: [{ kind: "tag" }] });
  });

  it("say which of them cannot be read", () => {
    expect(readDocuments("kind: tag\n---\nkind: [tag\n")).toMatchObject({ ok: false, fault: "syntax", document: 2 });
    expect(readDocuments("kind: tag\n---\n- a\n")).toMatchObject({ ok: false, fault: "notObject", document: 2 });
    expect(readDocuments("\n# nothing\n")).toMatchObject({ ok: false, fault: "nothing" });
  });
});
