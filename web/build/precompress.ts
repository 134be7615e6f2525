// Compresses what the build wrote, and holds the first load to its budget.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

/** What a browser loads before it shows the first page, in bytes as sent. */
const FIRST_LOAD_LIMIT = 400_000;
const WORTH_IT = /\.(js|css|svg|json|txt)$/;

/** Leaves `.br` and `.gz` forms beside each text that gets smaller by it. */
export function precompress(): Plugin {
  return {
    name: "macadam-precompress",
    apply: "build",
    writeBundle(options, bundle) {
      const sizes = new Map<string, number>();
      for (const name of Object.keys(bundle)) {
        const path = join(options.dir ?? "dist", name);
        const text = readFileSync(path);
        const gzip = WORTH_IT.test(name) ? gzipSync(text, { level: 9 }) : text;
        sizes.set(name, Math.min(gzip.length, text.length));
        if (gzip.length < text.length) {
          writeFileSync(`${path}.gz`, gzip);
          writeFileSync(`${path}.br`, brotliCompressSync(text));
        }
      }
      const first = firstLoad(bundle);
      const bytes = first.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
      this.info(`first load: ${(bytes / 1000).toFixed(0)} kB compressed, ${first.length} files`);
      if (bytes > FIRST_LOAD_LIMIT) {
        this.error(`the first load is ${bytes} bytes; ${FIRST_LOAD_LIMIT} is the limit`);
      }
    },
  };
}

/** The entry, everything it imports at once, and their style sheets. */
function firstLoad(bundle: Rollup.OutputBundle): string[] {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const part = bundle[name];
    if (part?.type !== "chunk" || files.has(name)) {
      return;
    }
    files.add(name);
    for (const css of part.viteMetadata?.importedCss ?? []) {
      files.add(css);
    }
    part.imports.forEach(visit);
  };
  for (const part of Object.values(bundle)) {
    if (part.type === "chunk" && part.isEntry) {
      visit(part.fileName);
    }
  }
  return [...files];
}
