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
import { loadNetwork } from "../../src/api/load-network.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import type { Manifest } from "../../src/package/manifest.ts";
import { openPackage } from "../../src/package/resolve.ts";
import { assert, random, shared, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { randomDenseNet, TINY } from "../support/random-densenet.ts";
import {
  type DetectorSize,
  randomDetector,
  TINY_FASTER_RCNN,
  TINY_RETINANET,
  TINY_SPARSE_RCNN,
} from "../support/random-detector.ts";
import { type TestState, type TestTensor, writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("detector packages");
const work = mkdtempSync(join(tmpdir(), "spinexr-convert-detector-"));
test.after(() => rmSync(work, { recursive: true }));

let saved = 0;
const save = (name: string, content: string | Uint8Array): string => {
  const folder = join(work, `source-${saved++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const checkpoint = (name: string, state: TestState): string => save(name, writeCheckpoint(state));
let made = 0;
const fresh = (): string => join(work, `package-${made++}`);
const FINDINGS = [
  "Osteophytes",
  "Surgical implant",
  "Spondylolysthesis",
  "Foraminal stenosis",
  "Disc space narrowing",
  "Vertebral collapse",
  "Other lesions",
];

test("the golden checkpoints convert with their configurations", async () => {
  for (const [arch, name, sized] of [
    ["sparse-rcnn", "sparse_rcnn", true],
    ["retinanet", "retinanet", false],
    ["faster-rcnn", "faster_rcnn", true],
  ] as const) {
    const { manifest, directory } = await convertToPackage({
      checkpointPaths: [shared(`golden/models/${name}_tiny.pth`)],
      archs: [arch],
      configPath: shared(`golden/models/${name}_tiny.yaml`),
      out: fresh(),
    });
    const { detector, classifiers, provenance } = manifest;
    assert.equal(classifiers, []);
    assert.equal([detector!.architecture, detector!.file], [arch, `${arch}.onnx`]);
    assert.is(detector!.sizeInputName, sized ? "size" : null);
    assert.equal(detector!.labels, FINDINGS);
    assert.equal(detector!.input.resize, {
      rule: "shortest-edge",
      shortestEdge: 320,
      longestEdge: 533,
      padMultiple: 32,
    });
    assert.match(provenance.notes!, /configuration is .*_tiny\.yaml \(sha256 [0-9a-f]{64}\)/);
    assert.equal((await openPackage(directory)).manifest, manifest);
  }
});

async function run(manifest: Manifest, directory: string, height: number, width: number) {
  const bytes = readFileSync(join(directory, manifest.detector!.file));
  await using network = await loadNetwork(bytes, { threads: 1 });
  const next = random(7);
  const image = {
    dims: [1, 3, height, width],
    data: Float32Array.from({ length: 3 * height * width }, () => 200 * next() - 100),
  };
  const size = { dims: [2], data: Float32Array.of(height - 5, width - 9) };
  const { boxes, scores, classes } = await network.run({ image, size });
  return {
    boxes: [...(boxes!.data as Float32Array)],
    scores: [...(scores!.data as Float32Array)],
    classes: Array.from(classes!.data as BigInt64Array, Number),
  };
}

const convertOne = (path: string, arch: string, configPath?: string) =>
  convertToPackage({
    checkpointPaths: [path],
    archs: [arch],
    configPath,
    out: fresh(),
    detectorLabels: ["a", "b"],
  });

test("shapes come from the tensors: other widths, counts and heads run, without a configuration", async () => {
  const sizes: DetectorSize[] = [
    { ...TINY_SPARSE_RCNN, classes: 2 },
    { ...TINY_SPARSE_RCNN, classes: 2, proposals: 5, stages: 1, dynamic: 3, feedforward: 7 },
    { ...TINY_FASTER_RCNN, classes: 2 },
    { ...TINY_FASTER_RCNN, classes: 2, convs: 1, linears: [9], agnostic: true },
  ];
  for (const [i, size] of sizes.entries()) {
    const path = checkpoint("d.pth", randomDetector(size, random(60 + i)));
    const { manifest, directory } = await convertOne(path, size.kind);
    assert.match(manifest.provenance.notes!, /No configuration was given/);
    const { boxes, scores, classes } = await run(manifest, directory, 96, 64);
    assert.is(boxes.length, 4 * scores.length);
    assert.ok(scores.length > 0 && scores.length <= 100, `${scores.length} boxes`);
    assert.equal(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    assert.ok(classes.every((c) => c === 0 || c === 1));
    assert.ok(scores.every((s) => s > 0 && s <= 1));
    if (size.kind !== "faster-rcnn") continue;
    for (const [k, side] of boxes.entries())
      assert.ok(side >= 0 && side <= (k % 2 === 0 ? 55 : 91), `${side}`);
  }
});

test("suppression of Sparse R-CNN can be off", async () => {
  const state = randomDetector({ ...TINY_SPARSE_RCNN, classes: 2 }, random(66));
  const path = checkpoint("s.pth", state);
  const config = (threshold: string) =>
    save(
      "c.yaml",
      [
        "MODEL:",
        "  META_ARCHITECTURE: SparseRCNN",
        "  BACKBONE: {NAME: build_resnet_fpn_backbone}",
        "  FPN: {IN_FEATURES: [res2, res3, res4, res5]}",
        "  ROI_HEADS: {IN_FEATURES: [p2, p3, p4, p5]}",
        "  ROI_BOX_HEAD: {POOLER_RESOLUTION: 7, POOLER_SAMPLING_RATIO: 2}",
        `  SparseRCNN: {NUM_CLASSES: 2, NUM_PROPOSALS: 12${threshold}}`,
        "SPINE: {FINDINGS: [first, second]}",
      ].join("\n"),
    );
  const all = await convertOne(path, "sparse-rcnn", config(""));
  assert.equal(all.manifest.detector!.labels, ["first", "second"]);
  assert.match(all.manifest.provenance.notes!, /Suppression within classes is off/);
  const some = await convertOne(path, "sparse-rcnn", config(", NMS_THRESH: 0.01"));
  const [every, few] = [
    await run(all.manifest, all.directory, 64, 64),
    await run(some.manifest, some.directory, 64, 64),
  ];
  assert.is(every.scores.length, 12);
  assert.ok(few.scores.length < 12);
  assert.equal(few.scores[0], every.scores[0]);
});

test("classifiers and one detector make one package", async () => {
  const classifier = (seed: number) => checkpoint(`c${seed}.pth`, randomDenseNet(TINY, random(seed)));
  const detector = checkpoint("d.pth", randomDetector(TINY_SPARSE_RCNN, random(70)));
  const both = { checkpointPaths: [classifier(1), detector, classifier(2)], out: fresh() };
  const { manifest, directory } = await convertToPackage({
    ...both,
    archs: ["densenet", "sparse-rcnn", "densenet"],
  });
  assert.equal(readdirSync(directory).sort(), [
    "densenet-1.onnx",
    "densenet-2.onnx",
    "model.json",
    "sparse-rcnn.onnx",
  ]);
  assert.is(manifest.classifiers.length, 2);
  assert.is(manifest.thresholds.findingWhenNormal, 0.5);
  assert.match(manifest.intendedUse, /how likely a picture is abnormal and where findings are/);
  assert.equal((await openPackage(directory)).manifest, manifest);
  await rejects(
    () => convertToPackage({ checkpointPaths: [detector, detector], archs: ["sparse-rcnn"], out: fresh() }),
    "INVALID_ARGUMENT",
    /one detector, found d\.pth, d\.pth/,
  );
  for (const extra of [{ configPath: detector }, { detectorLabels: ["a"] }]) {
    await rejects(
      () =>
        convertToPackage({ checkpointPaths: [classifier(3)], archs: ["densenet"], out: fresh(), ...extra }),
      "INVALID_ARGUMENT",
      /belong to a detector/,
    );
  }
});

test("labels: the reference's for seven classes, else they must be given and fit", async () => {
  const path = (classes: number) =>
    checkpoint("d.pth", randomDetector({ ...TINY_RETINANET, classes }, random(71)));
  const convert = (classes: number, detectorLabels?: string[]) =>
    convertToPackage({
      checkpointPaths: [path(classes)],
      archs: ["retinanet"],
      out: fresh(),
      detectorLabels,
    });
  assert.equal((await convert(7)).manifest.detector!.labels, FINDINGS);
  assert.equal((await convert(2, ["a", "b"])).manifest.detector!.labels, ["a", "b"]);
  await rejects(() => convert(2), "INVALID_ARGUMENT", /2 classes, but no labels/);
  await rejects(() => convert(7, ["a", "b"]), "INVALID_ARGUMENT", /7 classes, but 2 labels/);
});

const KINDS = [TINY_SPARSE_RCNN, TINY_RETINANET, TINY_FASTER_RCNN];

test("damaged checkpoints are refused by name and leave nothing behind", async () => {
  const place = join(work, "place");
  mkdirSync(place);
  const flat = (dims: readonly number[], value = 0): TestTensor => ({
    dims,
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value),
  });
  const conv2 = "backbone.bottom_up.res3.0.conv2.weight";
  const cases: [(state: Map<string, TestTensor>) => void, RegExp][] = [
    [(s) => s.delete("backbone.fpn_output4.bias"), /1 missing: "backbone\.fpn_output4\.bias"/],
    [(s) => s.set("backbone.fpn_output9.bias", flat([1])), /1 unexpected: "backbone\.fpn_output9\.bias"/],
    [
      (s) => s.set(conv2, flat([8, 7, 3, 3])),
      /res3\.0\.conv2\.weight" is \[8, 7, 3, 3\], expected \[8, 8, 3, 3\]/,
    ],
    [(s) => s.set("backbone.fpn_lateral5.weight", flat([16, 96, 3, 3])), /expected \[16, 96, 1, 1\]/],
    [(s) => s.delete(conv2), /1 missing: .*res3\.0\.conv2\.weight/],
    [(s) => s.delete("backbone.bottom_up.res2.0.conv1.weight"), /no ResNet as detectron2 names it/],
    [(s) => s.delete("backbone.bottom_up.stem.conv1.weight"), /1 missing: .*stem\.conv1\.weight/],
    [(s) => s.delete("backbone.bottom_up.res5.0.conv1.weight"), /needs stage res5.*has res2, res3, res4/],
    [
      (s) => s.set("backbone.fpn_output4.bias", flat([16], Number.NaN)),
      /Element 0 of tensor "backbone\.fpn_output4\.bias" is NaN/,
    ],
    [(s) => s.set("backbone.bottom_up.stem.conv1.norm.running_var", flat([8], -1)), /not below 0/],
  ];
  for (const kind of KINDS) {
    for (const [damage, message] of cases) {
      const state = randomDetector(kind, random(80));
      damage(state);
      const out = join(place, "pkg");
      const options = { checkpointPaths: [checkpoint("bad.pth", state)], archs: [kind.kind], out };
      await rejects(() => convertToPackage(options), "INVALID_CHECKPOINT", message);
      await rejects(() => convertToPackage(options), "INVALID_CHECKPOINT", /^bad\.pth: /);
      assert.equal(readdirSync(place), []);
    }
  }
});

test("heads that do not fit are refused", async () => {
  const head = "head.head_series.0";
  const flat = (...dims: number[]): TestTensor => ({
    dims,
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
  });
  const cases: [DetectorSize, (state: Map<string, TestTensor>) => void, RegExp][] = [
    [TINY_SPARSE_RCNN, (s) => s.delete(`${head}.self_attn.in_proj_weight`), /no head of Sparse R-CNN/],
    [TINY_SPARSE_RCNN, (s) => s.set("init_proposal_features.weight", flat(12, 8)), /expected \[12, 16\]/],
    [
      TINY_SPARSE_RCNN,
      (s) => s.set("init_proposal_features.weight", flat(12, 9)),
      /8 attention heads .* 9 features/,
    ],
    [
      TINY_SPARSE_RCNN,
      (s) => s.set(`${head}.inst_interact.out_layer.weight`, flat(16, 16 * 36)),
      /expected \[16, 784\]/,
    ],
    [TINY_SPARSE_RCNN, (s) => s.set("init_proposal_boxes.weight", flat(11, 4)), /expected \[12, 4\]/],
    [TINY_FASTER_RCNN, (s) => s.delete("roi_heads.box_head.fc1.weight"), /no linear layer/],
    [
      TINY_FASTER_RCNN,
      (s) => s.set("roi_heads.box_predictor.bbox_pred.weight", flat(12, 20)),
      /8 scores and 12 deltas/,
    ],
    [
      TINY_FASTER_RCNN,
      (s) => s.set("proposal_generator.rpn_head.anchor_deltas.weight", flat(16, 16, 1, 1)),
      /16 outputs; expected 4 for each of 3/,
    ],
  ];
  for (const [size, damage, message] of cases) {
    const state = randomDetector(size, random(90));
    damage(state);
    const path = checkpoint("bad.pth", state);
    await rejects(
      () => convertToPackage({ checkpointPaths: [path], archs: [size.kind], out: fresh() }),
      "INVALID_CHECKPOINT",
      message,
    );
  }
});

test("configurations that contradict the tensors or ask for something else are refused", async () => {
  const golden = (name: string) => readFileSync(shared(`golden/models/${name}_tiny.yaml`), "utf8");
  const cases: [string, string, [string, string], RegExp][] = [
    [
      "sparse-rcnn",
      "sparse_rcnn",
      ["NUM_PROPOSALS: 50", "NUM_PROPOSALS: 100"],
      /NUM_PROPOSALS is 100.*tensors say 50/,
    ],
    ["sparse-rcnn", "sparse_rcnn", ["NUM_HEADS: 6", "NUM_HEADS: 5"], /NUM_HEADS is 5.*say 6/],
    ["sparse-rcnn", "sparse_rcnn", ["DEPTH: 50", "DEPTH: 101"], /DEPTH is 101.*3-4-6-3/],
    ["sparse-rcnn", "sparse_rcnn", ["USE_FOCAL: true", "USE_FOCAL: false"], /USE_FOCAL is false/],
    [
      "sparse-rcnn",
      "sparse_rcnn",
      ["META_ARCHITECTURE: SparseRCNN", "META_ARCHITECTURE: RetinaNet"],
      /META_ARCHITECTURE/,
    ],
    ["retinanet", "retinanet", ["NORM: FrozenBN", "NORM: GN"], /RESNETS\.NORM is "GN"/],
    ["retinanet", "retinanet", ["NUM_CONVS: 4", "NUM_CONVS: 3"], /NUM_CONVS is 3/],
    ["retinanet", "retinanet", ["FUSE_TYPE: sum", "FUSE_TYPE: avg"], /FUSE_TYPE is "avg"/],
    ["retinanet", "retinanet", ["RES5_DILATION: 1", "RES5_DILATION: 2"], /RES5_DILATION is 2/],
    ["faster-rcnn", "faster_rcnn", ["NUM_FC: 2", "NUM_FC: 1"], /NUM_FC is 1/],
    ["faster-rcnn", "faster_rcnn", ["USE_SIGMOID_CE: false", "USE_SIGMOID_CE: true"], /USE_SIGMOID_CE/],
    ["faster-rcnn", "faster_rcnn", ["OFFSET: 0.0", "OFFSET: 0.3"], /OFFSET is 0\.3/],
    ["faster-rcnn", "faster_rcnn", ["FORMAT: BGR", "FORMAT: L"], /INPUT\.FORMAT is "L"/],
  ];
  for (const [arch, name, [from, to], message] of cases) {
    const text = golden(name);
    assert.ok(text.includes(from), from);
    const configPath = save("changed.yaml", text.replaceAll(from, to));
    const out = fresh();
    const options = {
      checkpointPaths: [shared(`golden/models/${name}_tiny.pth`)],
      archs: [arch],
      configPath,
      out,
    };
    await rejects(() => convertToPackage(options), "INVALID_ARGUMENT", message);
    assert.ok(!existsSync(out));
  }
  const options = {
    checkpointPaths: [shared("golden/models/retinanet_tiny.pth")],
    archs: ["retinanet"],
    configPath: save("evil.yaml", "a: !!python/name:os.system"),
    out: fresh(),
  };
  await rejects(() => convertToPackage(options), "INVALID_ARGUMENT", /^evil\.yaml: .*not plain YAML/);
});

test.run();
