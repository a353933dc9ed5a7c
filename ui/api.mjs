// How does the page learn the shape of the API? The Python package prints its OpenAPI document; types are made from it.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = process.env.UEMS_PYTHON ?? [here("../.venv/bin/python")].find(existsSync) ?? "python3";
const document = execFileSync(python, ["-m", "uems.web.openapi"], { cwd: here(".."), maxBuffer: 1 << 26 });
writeFileSync(here("openapi.json"), document);
execFileSync(
  process.execPath,
  [here("node_modules/openapi-typescript/bin/cli.js"), "openapi.json", "--default-non-nullable", "false", "-o", "src/api/schema.d.ts"],
  {
    cwd: here("."),
    stdio: "inherit",
  },
);
