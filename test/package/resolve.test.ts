import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProgressEvent } from "../../src/api/progress.ts";
import {
  type ModelPackage,
  openPackage,
  type PackageReference,
  shippedPackages,
} from "../../src/package/resolve.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { ONNX, packageFiles, sampleManifest } from "../support/manifest.ts";
import { writeZip } from "../support/zip-writer.ts";

const test = suite("openPackage");
const work = mkdtempSync(join(tmpdir(), "spinexr-package-"));
test.after(() => rmSync(work, { recursive: true }));

function writeFolder(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const folder = join(work, name);
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), bytes);
  }
  return folder;
}
const zipped = (files: ReadonlyMap<string, Uint8Array>, prefix = ""): Uint8Array =>
  writeZip([...files].map(([name, data]) => ({ name: prefix + name, data, deflate: true })));

async function check(opened: ModelPackage): Promise<void> {
  assert.equal(opened.manifest, sampleManifest());
  assert.equal(new Uint8Array(await opened.read("networks/member.onnx")), ONNX);
}

test("opens folders, their model.json, archives, file URLs and memory", async () => {
  const folder = writeFolder("folder", packageFiles());
  const zip = join(work, "flat.zip");
  writeFileSync(zip, zipped(packageFiles()));
  const nested = join(work, "nested.zip");
  writeFileSync(nested, zipped(packageFiles(), "folder/"));
  for (const reference of [
    folder,
    `${folder}/`,
    join(folder, "model.json"),
    zip,
    nested,
    pathToFileURL(zip),
  ]) {
    await check(await openPackage(reference));
  }
  await check(await openPackage({ files: packageFiles() }));
});

test("opens addresses: of a folder, of its model.json, of an archive", async () => {
  const files = packageFiles();
  const server = createServer((request, response) => {
    const path = request.url!.slice(1);
    const bytes = path === "p.zip" ? zipped(files) : files.get(path.replace("pkg/", ""));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const reference of [
      `${base}/pkg`,
      `${base}/pkg/`,
      `${base}/pkg/model.json`,
      `${base}/p.zip`,
      new URL(`${base}/pkg`),
    ]) {
      await check(await openPackage(reference));
    }
    await rejects(() => openPackage(`${base}/absent`), "INVALID_PACKAGE", /no file model\.json/);
  } finally {
    server.close();
  }
});

test("a file that was changed, is missing, or is not named is refused", async () => {
  const changed = packageFiles().set("networks/member.onnx", new TextEncoder().encode("netw0rk"));
  const opened = await openPackage({ files: changed });
  await rejects(
    () => opened.read("networks/member.onnx"),
    "HASH_MISMATCH",
    /networks\/member\.onnx.*model\.json says/,
  );
  await rejects(() => opened.read("model.json"), "INVALID_ARGUMENT", /does not name/);
  await rejects(() => opened.read("../secret"), "INVALID_ARGUMENT", /does not name/);
  const without = packageFiles();
  without.delete("golden.png");
  for (const reference of [{ files: without }, writeFolder("without", without)] as PackageReference[]) {
    const incomplete = await openPackage(reference);
    await rejects(() => incomplete.read("golden.png"), "INVALID_PACKAGE", /incomplete/);
  }
});

test("nothing outside the package is read", async () => {
  const manifest = sampleManifest();
  for (const file of [
    "../secret.onnx",
    "/etc/passwd",
    "a/../../b",
    "..\\b",
    "file:///etc/passwd",
    "http://x/y",
  ]) {
    const evil = { ...manifest, classifiers: [{ ...manifest.classifiers[0]!, file }] };
    await rejects(
      () => openPackage({ files: packageFiles(evil) }),
      "INVALID_PACKAGE",
      /path inside the package/,
    );
  }
  const files = packageFiles();
  files.delete("golden.png");
  const folder = writeFolder("linked", files);
  writeFileSync(join(work, "golden.png"), "picture");
  symlinkSync(join(work, "golden.png"), join(folder, "golden.png"));
  const opened = await openPackage(folder);
  await rejects(() => opened.read("golden.png"), "FILE_UNREADABLE", /leads out of the folder/);
  const traversal = writeZip([{ name: "../model.json", data: new Uint8Array() }]);
  writeFileSync(join(work, "traversal.zip"), traversal);
  await rejects(() => openPackage(join(work, "traversal.zip")), "INVALID_PACKAGE", /relative path/);
});

test("what cannot be found or opened", async () => {
  await rejects(
    () => openPackage("sample-tinny"),
    "MODEL_NOT_FOUND",
    /Did you mean "sample-tiny"\?.*Shipped packages: .*sample-tiny/,
  );
  await rejects(() => openPackage(""), "MODEL_NOT_FOUND", /Shipped/);
  await rejects(() => openPackage(work), "INVALID_PACKAGE", /no file model\.json/);
  await rejects(() => openPackage("http://"), "INVALID_ARGUMENT", /valid URL/);
  await rejects(() => openPackage(new URL("ftp://example.org/x")), "INVALID_ARGUMENT", /ftp:/);
  await rejects(() => openPackage(5 as unknown as string), "INVALID_ARGUMENT", /shipped name/);
  writeFileSync(join(work, "text.zip"), "not an archive");
  await rejects(() => openPackage(join(work, "text.zip")), "INVALID_PACKAGE", /ZIP/);
  writeFileSync(
    join(work, "two.zip"),
    zipped(
      new Map(
        [...packageFiles()].flatMap(([name, data]) => [
          [`a/${name}`, data],
          [`b/${name}`, data],
        ]),
      ),
    ),
  );
  await rejects(() => openPackage(join(work, "two.zip")), "INVALID_PACKAGE", /found 2/);
});

test("progress is reported and the signal works", async () => {
  const events: ProgressEvent[] = [];
  const opened = await openPackage({ files: packageFiles() }, { onProgress: (event) => events.push(event) });
  await opened.read("golden.png");
  assert.equal(
    events.map((event) => `${event.phase} ${"file" in event ? event.file : ""}`),
    ["fetch model.json", "fetch model.json", "fetch golden.png", "fetch golden.png", "verify golden.png"],
  );
  await rejects(() => openPackage({ files: packageFiles() }, { signal: AbortSignal.abort() }), "ABORTED");
});

test("shipped packages are found by name", async () => {
  assert.ok((await shippedPackages()).includes("sample-tiny"));
  assert.is((await openPackage("sample-tiny")).manifest.name, "sample-tiny");
});

test.run();
