/** The page's server: right types, nothing from outside its folder. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen, siteServer } from "../../demo/make/server.ts";
import { assert, suite } from "../shim.ts";

const test = suite("demo: server");
const folder = mkdtempSync(join(tmpdir(), "spinexr-site-"));
const site = join(folder, "site");
mkdirSync(join(site, "sub"), { recursive: true });
writeFileSync(join(folder, "secret.txt"), "secret");
writeFileSync(join(site, "index.html"), "<p>home");
writeFileSync(join(site, "a.wasm"), "wasm");
writeFileSync(join(site, "b.js"), "js");
writeFileSync(join(site, "sub", "index.html"), "<p>sub");
symlinkSync(join(folder, "secret.txt"), join(site, "link.txt"));

const server = siteServer(site, true);
const port = await listen(server, 18_431);
test.after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** Paths go out as they are. */
const ask = (path: string, method = "GET") =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((done, fail) => {
    request({ host: "localhost", port, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        body += part;
      });
      response.on("end", () => done({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on("error", fail)
      .end();
  });

test("files come with their type, the policy and isolation", async () => {
  const home = await ask("/?x=1");
  assert.is(home.status, 200);
  assert.is(home.body, "<p>home");
  assert.match(String(home.headers["content-type"]), "text/html");
  assert.match(String(home.headers["content-security-policy"]), "script-src 'self' 'wasm-unsafe-eval'");
  assert.is(home.headers["cross-origin-embedder-policy"], "require-corp");
  assert.is((await ask("/a.wasm")).headers["content-type"], "application/wasm");
  assert.match(String((await ask("/b.js")).headers["content-type"]), "text/javascript");
  assert.is((await ask("/sub/")).body, "<p>sub");
  assert.is((await ask("/a.wasm", "HEAD")).body, "");
  assert.is((await ask("/", "POST")).status, 405);
});

test("nothing from outside", async () => {
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/sub/../../secret.txt",
    "/sub/..%5c..%5csecret.txt",
    "/link.txt",
    "//etc/passwd",
    "/%00",
    "/%",
    "/sub",
    "/absent",
    "/..",
  ]) {
    const { status, body } = await ask(path);
    assert.is(status, 404, path);
    assert.not.match(body, "secret", path);
  }
});

test("a port that is taken is passed over", async () => {
  const other = siteServer(site, false);
  const found = await listen(other, port);
  assert.ok(found > port);
  other.close();
});

test.run();
