/** The package as it is published, in five-line programs built by Vite and webpack, under a strict policy. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { assert, skip, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, type Site, serve, untilSet } from "./support.ts";

const test = suite("web: bundlers");
const folder = mkdtempSync(join(tmpdir(), "spinexr-web-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `import { loadModel, readImage } from "spinexr";
const model = await loadModel();
const image = await readImage("/samples/lumbar-ap.dcm");
const report = await model.screen(image);
globalThis.answer = { probability: report.abnormal.probability, backend: model.backend };
`;

interface Answer {
  readonly probability: number;
  readonly backend: { readonly name: string; readonly isa: string };
}

/** What npm would pack, as an installed package; once. */
let packed = false;
async function project(): Promise<void> {
  if (packed) return;
  packed = true;
  await (await openBrowser()).close();
  const listing = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (listing.status !== 0) skip("npm is absent");
  const files: { path: string }[] = JSON.parse(listing.stdout)[0].files;
  for (const { path } of files.filter(({ path }) => /^(package\.json|dist\/|models\/)/.test(path))) {
    const target = join(folder, "node_modules/spinexr", path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(ROOT, path), target);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }');
  writeFileSync(join(folder, "main.js"), PROGRAM);
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="/page/icon.svg"><script type="module" src="./main.js"></script>',
  );
}

/** What it found in the page, which has to be content. */
async function answerOf(browser: Browser, site: Pick<Site, "url">): Promise<Answer> {
  const { page, problems } = await openPage(browser, site, "/index.html");
  const answer = await untilSet<Answer>(page, "answer", problems);
  assert.ok(answer.probability > 0 && answer.probability < 1);
  assert.is(answer.backend.name, "wasm");
  assert.equal(problems, []);
  return answer;
}

/** Runs what was built, without a further file of the package. */
async function run(built: string) {
  const browser = await openBrowser();
  const site = await serve(
    { samples: join(ROOT, "models/samples"), page: join(import.meta.dirname, "page"), "": built },
    true,
  );
  try {
    const { backend } = await answerOf(browser, site);
    assert.is(backend.isa, "wasm_relaxed");
    assert.equal(site.violations, []);
  } finally {
    await browser.close();
    await site.close();
  }
}

test("Vite builds it as it is", async () => {
  await project();
  const { build } = await import("vite");
  await build({ root: folder, logLevel: "error", configFile: false, build: { outDir: "vite" } });
  await run(join(folder, "vite"));
});

test("Vite serves it as it is while a page is made", async () => {
  await project();
  const files = {
    "samples/lumbar-ap.dcm": "models/samples/lumbar-ap.dcm",
    "page/icon.svg": "test/web/page/icon.svg",
  };
  for (const [path, file] of Object.entries(files)) {
    const target = join(folder, "public", path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(ROOT, file), target);
  }
  const { createServer } = await import("vite");
  const server = await createServer({
    root: folder,
    logLevel: "error",
    configFile: false,
    server: { port: 0, host: "127.0.0.1" },
  });
  const browser = await openBrowser();
  try {
    await server.listen();
    await answerOf(browser, { url: server.resolvedUrls!.local[0]!.replace(/\/$/, "") });
  } finally {
    await browser.close();
    await server.close();
  }
});

test("webpack builds it as it is", async () => {
  await project();
  const { default: webpack } = await import("webpack");
  const built = join(folder, "webpack");
  await new Promise<void>((resolve, reject) => {
    webpack(
      {
        mode: "production",
        context: folder,
        entry: "./main.js",
        output: { path: built },
        performance: false,
      },
      (error, stats) => {
        const failed = error ?? (stats?.hasErrors() ? new Error(stats.toString("errors-only")) : null);
        if (failed) reject(failed);
        else resolve();
      },
    );
  });
  assert.ok(readdirSync(built).includes("main.js"));
  writeFileSync(
    join(built, "index.html"),
    '<!doctype html><link rel="icon" href="/page/icon.svg"><script defer src="./main.js"></script>',
  );
  await run(built);
});

test.run();
