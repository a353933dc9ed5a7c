// How does the page get to the browser quickly? Each file also as .gz and .br, made once here rather than at every request.
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import type { Plugin } from "vite";

const TEXT = /\.(?:js|css|html|svg)$/;
const SMALL = 1000;

export function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          const body = Buffer.from(file.type === "chunk" ? file.code : file.source);
          if (!TEXT.test(name) || name === "index.html" || body.length < SMALL) continue;
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source: gzipSync(body, { level: 9 }) });
          this.emitFile({
            type: "asset",
            fileName: `${name}.br`,
            source: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
          });
        }
      },
    },
  };
}
