/** Every decoder on random maps of odd sizes against float64, through the manifest's words alone. */
import { EngineNetwork } from "../../src/api/network.ts";
import type { TensorInput } from "../../src/api/tensor.ts";
import { attachDecoder } from "../../src/decoders/index.ts";
import { parseModel } from "../../src/onnx/import.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import type { AnchorDecoder, Decoder, YoloV5Decoder, YoloV8Decoder } from "../../src/package/manifest.ts";
import { assert, random, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { rejects } from "../support/errors.ts";
import { dimsOf, identityNetwork, type Layout, type RawOutput, reader, rowLevel } from "./head.ts";
import {
  anchorsReference,
  type Detection,
  type LevelData,
  yoloV5Reference,
  yoloV8Reference,
} from "./reference.ts";

const test = suite("decoders");
const FILTER = { scoreThreshold: 0.3, candidatesPerLevel: 150, iouThreshold: 0.5, maxDetections: 40 };
const [HEIGHT, WIDTH] = [88, 56];
const LEVELS = [
  { stride: 8, height: 11, width: 7 },
  { stride: 32, height: 3, width: 2 },
];

interface Case {
  readonly label: string;
  readonly outputs: readonly RawOutput[];
  readonly decoder: Decoder;
  readonly classes: number;
  readonly expected: readonly Detection[];
}

const values = (count: number, next: () => number, low: number, high: number): Float32Array =>
  Float32Array.from({ length: count }, () => low + (high - low) * next());

function anchorCase(
  layout: "map" | "rows",
  activation: AnchorDecoder["activation"],
  changes: Partial<AnchorDecoder>,
): Case {
  const next = random(7 + layout.length + activation.length);
  const classes = 3;
  const shapes: (readonly [number, number])[] = [
    [20, 11],
    [13.5, 30],
  ];
  const columns = classes + (activation === "softmax" ? 1 : 0);
  const outputs: RawOutput[] = [];
  const data: LevelData[] = LEVELS.map(({ height, width }, i) => {
    const made = (name: string, count: number, low: number, high: number) => {
      const dims = dimsOf(layout, height, width, shapes.length, count);
      const raw = values(height * width * shapes.length * count, next, low, high);
      outputs.push({ name: `${name}_${i}`, dims, data: raw });
      return reader(raw, layout, height, width, shapes.length, count);
    };
    const [low, high] = activation === "none" ? [0, 1] : [-4, 3];
    return {
      height,
      width,
      scores: made("boxes", columns, low!, high!),
      deltas: made("deltas", 4, -1.5, 1.5),
    };
  });
  const decoder: AnchorDecoder = {
    kind: "anchors",
    levels: LEVELS.map(({ stride }, i) => ({
      scores: `boxes_${i}`,
      deltas: `deltas_${i}`,
      stride,
      anchors: shapes,
    })),
    offset: 0,
    activation,
    deltaOrder: "xywh",
    weights: [1, 1, 1, 1],
    scaleClamp: 0.9,
    ...FILTER,
    ...changes,
  };
  const label = `anchors ${layout} ${activation} ${decoder.deltaOrder}`;
  return { label, outputs, decoder, classes, expected: anchorsReference(decoder, data, classes) };
}

function yoloV5Maps(layout: "map" | "map5"): Case {
  const next = random(31);
  const classes = 2;
  const anchors: (readonly [number, number])[] = [
    [10, 13],
    [16, 30],
    [33, 23],
  ];
  const outputs: RawOutput[] = [];
  const data = LEVELS.map(({ height, width }, i) => {
    const dims = dimsOf(layout, height, width, anchors.length, 5 + classes);
    const raw = values(height * width * anchors.length * (5 + classes), next, -2, 3);
    outputs.push({ name: `map_${i}`, dims, data: raw });
    const read = reader(raw, layout, height, width, anchors.length, 5 + classes);
    return { height, width, scores: read, deltas: read };
  });
  const levels = LEVELS.map(({ stride }, i) => ({ map: `map_${i}`, stride, anchors }));
  const decoder: YoloV5Decoder = { kind: "yolo-v5", output: { levels }, ...FILTER };
  const expected = yoloV5Reference(decoder, data, classes);
  return { label: `yolo-v5 ${layout}`, outputs, decoder, classes, expected };
}

function yoloV8Maps(): Case {
  const next = random(41);
  const [classes, bins] = [4, 5];
  const outputs: RawOutput[] = [];
  const data = LEVELS.map(({ height, width }, i) => {
    const columns = 4 * bins + classes;
    const raw = values(height * width * columns, next, -3, 3);
    outputs.push({ name: `map_${i}`, dims: dimsOf("map", height, width, 1, columns), data: raw });
    const read = reader(raw, "map" satisfies Layout, height, width, 1, columns);
    return { height, width, scores: read, deltas: read };
  });
  const levels = LEVELS.map(({ stride }, i) => ({ map: `map_${i}`, stride }));
  const decoder: YoloV8Decoder = { kind: "yolo-v8", output: { bins, levels }, ...FILTER };
  const expected = yoloV8Reference(decoder, data, classes);
  return { label: "yolo-v8 map", outputs, decoder, classes, expected };
}

/** Finished rows; the output is called as one of ours. */
function yoloRows(kind: "yolo-v5" | "yolo-v8"): Case {
  const next = random(53);
  const [classes, count] = [3, 211];
  const columns = classes + (kind === "yolo-v5" ? 5 : 4);
  const transposed = kind === "yolo-v8";
  const raw = new Float32Array(count * columns);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < columns; c++)
      raw[transposed ? c * count + i : i * columns + c] = next() * (c < 2 ? 300 : c < 4 ? 80 : 1);
  const decoder = { kind, output: { rows: "scores" }, ...FILTER } satisfies Decoder;
  const data = [rowLevel(raw, count, columns, transposed)];
  const expected =
    kind === "yolo-v5"
      ? yoloV5Reference(decoder as YoloV5Decoder, data, classes)
      : yoloV8Reference(decoder as YoloV8Decoder, data, classes);
  const dims = transposed ? [1, columns, count] : [1, count, columns];
  return {
    label: `${kind} rows`,
    outputs: [{ name: "scores", dims, data: raw }],
    decoder,
    classes,
    expected,
  };
}

const CASES: readonly Case[] = [
  anchorCase("map", "sigmoid", {}),
  anchorCase("rows", "sigmoid", { deltaOrder: "yxhw", offset: 0.5, weights: [10, 9, 5, 4] }),
  anchorCase("map", "softmax", { offset: 0.5, weights: [2, 1, 0.5, 1] }),
  anchorCase("rows", "softmax", { iouThreshold: 1 }),
  anchorCase("map", "none", { candidatesPerLevel: 100_000, maxDetections: 7, deltaOrder: "yxhw" }),
  yoloV5Maps("map"),
  yoloV5Maps("map5"),
  yoloRows("yolo-v5"),
  yoloV8Maps(),
  yoloRows("yolo-v8"),
];

/** Through the file format, so that what is appended is valid ONNX. */
const attached = (network: OnnxModel, decoder: Decoder, classes: number): OnnxModel =>
  parseModel(writeModel(attachDecoder(network, decoder, classes)));

test("boxes, scores and classes of every kind equal float64 on every kernel set and wasm build", async () => {
  for (const backend of await backendCases()) {
    await withBackend(backend, async (instance) => {
      for (const { label, outputs, decoder, classes, expected } of CASES) {
        const model = attached(identityNetwork(outputs, label.length % 2 === 0 ? 12 : 21), decoder, classes);
        const network = new EngineNetwork(model, instance, { rejected: [], owner: null, optimize: true });
        const inputs: Record<string, TensorInput> = {
          image: { dims: [1, 3, HEIGHT, WIDTH], data: new Float32Array(3 * HEIGHT * WIDTH) },
        };
        for (const { name, dims, data } of outputs) inputs[`raw_${name}`] = { dims, data };
        const { boxes, scores, classes: labels } = await network.run(inputs);
        await network.dispose();
        const where = `${backend.label}, ${label}`;
        assert.ok(expected.length > 5, `${label}: only ${expected.length} boxes are expected`);
        assert.equal(boxes!.dims, [expected.length, 4], where);
        assert.equal(
          Array.from(labels!.data, Number),
          expected.map((d) => d.label),
          where,
        );
        expected.forEach(({ box, score }, i) => {
          assert.ok(Math.abs((scores!.data[i] as number) - score) < 1e-5, `${where}: score ${i}`);
          box.forEach((v, k) => {
            const got = boxes!.data[4 * i + k] as number;
            assert.ok(
              Math.abs(got - v) < 1e-3 * Math.max(1, Math.abs(v) / 100),
              `${where}: ${got}, not ${v}`,
            );
          });
        });
      }
    });
  }
});

test("finished boxes are renamed, and names that decoders use are moved out of the way", () => {
  const data = new Float32Array(4);
  const network = identityNetwork([
    { name: "boxes", dims: [1], data },
    { name: "a", dims: [1, 4], data },
    { name: "b", dims: [1], data },
  ]);
  const model = attached(network, { kind: "boxes", boxes: "a", scores: "b", classes: "boxes" }, 1);
  assert.equal(
    model.graph.nodes.map(({ inputs, outputs }) => [inputs[0], outputs[0]]),
    [
      ["raw_boxes", "classes"],
      ["raw_a", "boxes"],
      ["raw_b", "scores"],
    ],
  );
  assert.equal(
    model.graph.outputs.map(({ name }) => name),
    ["boxes", "scores", "classes"],
  );
});

test("what does not fit is refused with what was expected and found", async () => {
  const [first] = CASES as [Case];
  const { outputs, decoder, classes } = first;
  const refused = (network: OnnxModel, wrong: Decoder, count: number, message: RegExp) =>
    rejects(() => attachDecoder(network, wrong, count), "INVALID_PACKAGE", message);
  const network = identityNetwork(outputs);
  await refused(
    network,
    decoder,
    classes + 1,
    /expects \[1, any, 4\] or \[1, 8, any, any\].*found \[1, 6, 11, 7\]/,
  );
  await refused(identityNetwork(outputs, 11), decoder, classes, /opset 11/);
  await refused(
    network,
    { ...decoder, levels: [], kind: "yolo-v5", output: { rows: "x" } } as never,
    3,
    /"x".*boxes_0/,
  );
  const unknown = {
    ...network,
    graph: { ...network.graph, outputs: network.graph.outputs.map((o) => ({ ...o, dims: null })) },
  };
  await refused(unknown, decoder, classes, /does not say how many dimensions/);
  const named = {
    ...network,
    graph: { ...network.graph, inputs: [{ name: "scores", type: "float", dims: [1] } as const] },
  };
  await refused(named, decoder, classes, /input "scores"/);
});

test.run();
