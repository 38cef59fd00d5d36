/** esbuild plugins that put the browser's modules in place. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

/** A module X.ts beside which X.web.ts lies is replaced by it, and one of src/platform/ by its twin in src/platform/web/. */
export const twins = {
  name: "twins",
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      const twin =
        dirname(file) === join(root, "src", "platform")
          ? join(dirname(file), "web", basename(file))
          : file.replace(/\.ts$/, ".web.ts");
      return { path: existsSync(twin) ? twin : file };
    });
    // Branches of the codecs' scripts that only Node takes.
    onResolve({ filter: /^(fs|path|crypto)$/ }, () => ({ path: "none", namespace: "none" }));
  },
};
export const none = {
  name: "none",
  setup({ onLoad }) {
    onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "module.exports = {};" }));
  },
};
