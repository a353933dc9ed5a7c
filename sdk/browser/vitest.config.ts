// Where do the unit tests run? In a document without a browser; tests/clients drives the built files in a real one.
import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __VERSION__: '"test"' },
  test: {
    include: ["test/**/*.test.ts"],
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "https://shop.example/start?a=1" } },
  },
});
