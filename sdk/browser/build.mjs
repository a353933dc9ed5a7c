// What is shipped? index.js for bundlers with its types, uems.js for a script tag, and what both load when it is asked for.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
process.chdir(fileURLToPath(new URL(".", import.meta.url)));
rmSync("dist", { recursive: true, force: true });

const common = {
  bundle: true,
  minify: true,
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  define: { __VERSION__: JSON.stringify(version) },
};
await build({ ...common, entryPoints: ["src/index.ts"], outfile: "dist/index.js", format: "esm" });
await build({ ...common, entryPoints: ["src/script.ts"], outfile: "dist/uems.js", format: "iife" });
await build({ ...common, entryPoints: ["src/inapp.ts"], outfile: "dist/uems-inapp.js", format: "iife" });
await build({ ...common, entryPoints: ["src/worker.ts"], outfile: "dist/uems-sw.js", format: "iife" });
const types = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
if (types.status !== 0) process.exit(types.status ?? 1);
for (const name of ["index.js", "uems.js", "uems-inapp.js", "uems-sw.js"]) {
  const body = readFileSync(`dist/${name}`);
  console.log(`dist/${name}  ${body.length} bytes, ${gzipSync(body, { level: 9 }).length} gzipped`);
}
