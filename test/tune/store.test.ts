/** Texts in the user's cache folder: where it is, that texts are whole, that nothing else is touched. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, readCached, writeCached } from "../../src/platform/cache-folder.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("tune: store");
const folder = mkdtempSync(join(tmpdir(), "spinexr-store-"));
test.after(() => rmSync(folder, { recursive: true }));

test("where the folder is", () => {
  const names = ["SPINEXR_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"] as const;
  const before = names.map((name) => process.env[name]);
  const set = (...values: (string | undefined)[]): void => {
    for (const [i, name] of names.entries()) {
      if (values[i] === undefined) delete process.env[name];
      else process.env[name] = values[i];
    }
  };
  try {
    set("/a/b", "/c");
    assert.is(cacheFolder(), "/a/b");
    set(undefined, "/c");
    assert.is(cacheFolder(), join("/c", "spinexr"));
    set(undefined, "relative");
    if (process.platform !== "win32") assert.is(cacheFolder(), join(homedir(), ".cache", "spinexr"));
    set("", "");
    if (process.platform !== "win32") assert.is(cacheFolder(), join(homedir(), ".cache", "spinexr"));
  } finally {
    set(...before);
  }
});

test("texts come back; what is absent is null; what is too large or no file is refused", async () => {
  const deep = join(folder, "not", "there", "yet");
  assert.is(await readCached(deep, "x.json", 100), null);
  assert.not.ok(existsSync(deep), "reading makes nothing");
  await writeCached(deep, "x.json", "ä one");
  await writeCached(deep, "x.json", "ä two");
  assert.is(await readCached(deep, "x.json", 100), "ä two");
  assert.equal(readdirSync(deep), ["x.json"]);
  await rejects(() => readCached(deep, "x.json", 3), "LIMIT_EXCEEDED", /has 6 bytes/);
  await rejects(() => readCached(folder, "not", 100), "FILE_UNREADABLE");
  writeFileSync(join(folder, "file"), "");
  await rejects(
    () => writeCached(join(folder, "file"), "x.json", "text"),
    "FILE_UNREADABLE",
    /cannot be written/,
  );
});

test("a link is replaced, and what it leads to stays as it is", async () => {
  const victim = join(folder, "victim");
  writeFileSync(victim, "precious");
  symlinkSync(victim, join(folder, "link.json"));
  await writeCached(folder, "link.json", "text");
  assert.is(readFileSync(victim, "utf8"), "precious");
  assert.is(await readCached(folder, "link.json", 100), "text");
});

test("processes that write at once leave whole texts", async () => {
  const script = join(folder, "writer.mts");
  const module = join(import.meta.dirname, "../../src/platform/cache-folder.ts");
  writeFileSync(
    script,
    `import { readCached, writeCached } from ${JSON.stringify(module)};
const [folder, letter] = process.argv.slice(2);
for (let i = 0; i < 150; i++) {
  await writeCached(folder, "both.json", letter.repeat(50_000 + i));
  const text = await readCached(folder, "both.json", 1e6);
  if (text === null || !/^(a+|b+)$/.test(text) || text.length < 50_000) throw new Error("a torn text");
}`,
  );
  const write = (letter: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ["--import", "tsx", script, folder, letter], {
        stdio: "inherit",
        cwd: join(import.meta.dirname, "../.."),
      });
      child.on("exit", resolve);
    });
  assert.equal(await Promise.all([write("a"), write("b")]), [0, 0]);
  assert.not.ok(readdirSync(folder).some((name) => name.endsWith(".part")));
});

test.run();
