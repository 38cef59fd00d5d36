import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgressEvent } from "../../src/api/progress.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { openPackage } from "../../src/package/resolve.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { type DenseNetSize, randomDenseNet, TINY } from "../support/random-densenet.ts";
import { writeSafetensors } from "../support/safetensors-writer.ts";
import { writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("convertToPackage");
const work = mkdtempSync(join(tmpdir(), "spinexr-convert-"));
test.after(() => rmSync(work, { recursive: true }));

const state = (seed: number, size: DenseNetSize = TINY) => randomDenseNet(size, random(seed));
const save = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(work, name), bytes);
  return join(work, name);
};
const pth = save("one.pth", writeCheckpoint(state(1)));
const safetensors = save("two.safetensors", writeSafetensors(state(2)));
const folder = (name: string): string => join(work, name);

test("one checkpoint becomes a package that opens", async () => {
  const events: ProgressEvent[] = [];
  const { manifest, directory } = await convertToPackage({
    checkpointPaths: [pth],
    archs: ["densenet"],
    out: folder("My Model"),
    onProgress: (event) => events.push(event),
  });
  assert.equal(readdirSync(directory).sort(), ["densenet.onnx", "model.json"]);
  assert.is(manifest.name, "my-model");
  assert.is(manifest.thresholds.abnormal, 0.28);
  assert.match(manifest.provenance.notes!, /0\.28 is the only one/);
  assert.match(manifest.provenance.source, /one\.pth \(sha256 [0-9a-f]{64}\)/);
  assert.is(events.length, 2);
  const opened = await openPackage(directory);
  assert.equal(opened.manifest, manifest);
  assert.ok((await opened.read("densenet.onnx")).length > 100_000);
});

test("several checkpoints become an ensemble, in their order", async () => {
  const { manifest } = await convertToPackage({
    checkpointPaths: [pth, safetensors],
    archs: ["densenet"],
    out: folder("ensemble"),
    name: "pair",
    threshold: 0.4,
  });
  assert.equal(
    manifest.classifiers.map(({ name, file }) => [name, file]),
    [
      ["densenet-1", "densenet-1.onnx"],
      ["densenet-2", "densenet-2.onnx"],
    ],
  );
  assert.is(manifest.name, "pair");
  assert.is(manifest.thresholds.abnormal, 0.4);
  assert.match(manifest.provenance.source, /one\.pth.*two\.safetensors/);
});

test("the same checkpoints give the same files", async () => {
  const options = { checkpointPaths: [pth], archs: ["densenet"], name: "same" };
  for (const name of ["a", "b"]) await convertToPackage({ ...options, out: folder(name) });
  for (const file of ["model.json", "densenet.onnx"]) {
    assert.ok(readFileSync(join(folder("a"), file)).equals(readFileSync(join(folder("b"), file))));
  }
});

test("labels and input are written where they were given, and labels must fit", async () => {
  const three = save("three.pth", writeCheckpoint(state(3, { ...TINY, outputs: 3, style: "torchvision" })));
  const options = { checkpointPaths: [three], archs: ["densenet"], out: folder("three") };
  await rejects(() => convertToPackage(options), "INVALID_ARGUMENT", /three\.pth has 3 outputs/);
  const { manifest } = await convertToPackage({
    ...options,
    labels: ["abnormal", "b", "c"],
    input: { colorOrder: "RGB", height: 320 },
  });
  assert.equal(manifest.classifiers[0]!.labels, ["abnormal", "b", "c"]);
  assert.is(manifest.classifiers[0]!.input.height, 320);
  assert.match(manifest.provenance.notes!, /a ReLU follows/);
});

test("a package is replaced only when that is forced, anything else never", async () => {
  const options = { checkpointPaths: [pth], archs: ["densenet"] };
  const out = folder("replaced");
  await convertToPackage({ ...options, out });
  await rejects(() => convertToPackage({ ...options, out }), "INVALID_ARGUMENT", /already/);
  const { manifest } = await convertToPackage({ ...options, out, force: true, name: "fresh" });
  assert.is((await openPackage(out)).manifest.name, manifest.name);

  const home = folder("home");
  mkdirSync(home);
  await convertToPackage({ ...options, out: home, name: "empty-folder-is-fine" });
  writeFileSync(join(home, "thesis.tex"), "years of work");
  await rejects(
    () => convertToPackage({ ...options, out: home, force: true }),
    "INVALID_ARGUMENT",
    /thesis\.tex/,
  );
  assert.ok(existsSync(join(home, "thesis.tex")));
  await rejects(
    () => convertToPackage({ ...options, out: pth, force: true }),
    "INVALID_ARGUMENT",
    /not a folder/,
  );
});

test("a failure leaves nothing behind and names the file", async () => {
  const bad = save("bad.pth", writeCheckpoint(new Map([["x", { dims: [1], data: Float32Array.of(1) }]])));
  const place = folder("place");
  mkdirSync(place);
  const out = join(place, "pkg");
  const both = { checkpointPaths: [pth, bad], archs: ["densenet"], out };
  await rejects(() => convertToPackage(both), "INVALID_CHECKPOINT", /^bad\.pth: /);
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await rejects(() => convertToPackage({ ...both, signal: controller.signal, onProgress }), "ABORTED");
  const absent = { ...both, checkpointPaths: [folder("absent.pth")] };
  await rejects(() => convertToPackage(absent), "FILE_NOT_FOUND", /absent\.pth/);
  assert.equal(readdirSync(place), []);
});

test("options are checked", async () => {
  const good = { checkpointPaths: [pth], archs: ["densenet"], out: folder("never") };
  const cases: [object, RegExp][] = [
    [{ treshold: 0.5 }, /Did you mean "threshold"/],
    [{ threshold: 2 }, /0 to 1/],
    [{ archs: ["densenet", "densenet"] }, /1 checkpoints and 2 architectures/],
    [{ archs: ["resnet"] }, /no architecture "resnet"/],
    [{ checkpointPaths: [] }, /no checkpoint/],
    [{ archs: "densenet" }, /list of/],
  ];
  for (const [change, message] of cases) {
    await rejects(() => convertToPackage({ ...good, ...change }), "INVALID_ARGUMENT", message);
  }
  await rejects(() => convertToPackage({ ...good, name: "Not Allowed" }), "INVALID_PACKAGE", /\$\.name/);
  assert.ok(!existsSync(good.out));
});

test.run();
