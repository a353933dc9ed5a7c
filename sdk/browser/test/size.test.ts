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

test.each(["uems-inapp.js", "uems-sw.js"])("dist/%s, which is loaded when it is asked for, is under 6 KB gzipped", (name) => {
  expect(gzipSync(readFileSync(`dist/${name}`), { level: 9 }).length).toBeLessThan(LIMIT);
});

test("nothing that is shipped makes elements out of text", () => {
  for (const name of ["index.js", "uems.js", "uems-inapp.js"])
    expect(readFileSync(`dist/${name}`, "utf8")).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
});

test("the types are shipped too", () => {
  expect(readFileSync("dist/index.d.ts", "utf8")).toContain("load");
  expect(readFileSync("dist/types.d.ts", "utf8")).toContain("optOut");
});
