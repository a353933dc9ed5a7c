// Is what is shipped small enough, whole, and without a trace of where it was built?
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

const LIMIT = 6 * 1024;

test.each(["index.js", "uems.js"])("dist/%s is under 6 KB gzipped", (name) => {
  const body = readFileSync(`dist/${name}`);
  expect(gzipSync(body, { level: 9 }).length).toBeLessThan(LIMIT);
  expect(body.toString()).not.toContain("__VERSION__");
  expect(body.toString()).toContain("uems-browser");
});

test("the types are shipped too", () => {
  expect(readFileSync("dist/index.d.ts", "utf8")).toContain("load");
  expect(readFileSync("dist/types.d.ts", "utf8")).toContain("optOut");
});
