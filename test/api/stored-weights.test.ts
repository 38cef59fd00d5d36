/** Networks from a path: weights stay in the file until they are packed, and a file that changes is found out. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resnetFpn } from "../../bench/resnet-fpn.ts";
import { loadNetwork, type Network, SpineXRError, type Tensor } from "../../src/index.node.ts";
import { parseModel } from "../../src/onnx/import.ts";
import { WireReader, WireWriter } from "../../src/onnx/protobuf.ts";
import { readTensor, writeTensor } from "../../src/onnx/tensor-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { StoredFile } from "../../src/platform/stored-file.ts";
import { TARGETS } from "../backends/support.ts";
import { assert, random, suite } from "../shim.ts";
import { emulation } from "../support/cuda-emulation.ts";

const test = suite("stored weights");
const next = random(23);
const folder = mkdtempSync(join(tmpdir(), "spinexr-stored-"));
const bytes = writeModel(resnetFpn(16, 32, 2));
const image = (side: number) => ({
  image: { dims: [1, 3, side, side], data: Float32Array.from({ length: 3 * side * side }, () => next()) },
});
let files = 0;
const written = (content = bytes): string => {
  const path = join(folder, `${files++}.onnx`);
  writeFileSync(path, content);
  return path;
};
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error) => (error instanceof SpineXRError ? error.code : String(error)),
  );
const data = (outputs: Record<string, Tensor>) => Object.entries(outputs).map(([name, t]) => [name, t.data]);

/** Where the first large tensor lies. */
const weights = (() => {
  const file = new StoredFile(written());
  const { stored } = parseModel(file).graph.initializers.find((tensor) => tensor.stored !== undefined)!;
  file.close();
  return stored!;
})();

/** Other weights of the same length, as a training run in the same folder would write them. */
function overwrite(path: string): void {
  const file = openSync(path, "r+");
  writeSync(file, Float32Array.of(1, 2, 3, 4), 0, 16, weights.position);
  closeSync(file);
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
}

// The backend "cuda" of these tests is the emulated one.
const library = emulation();
if (library !== null) process.env.SPINEXR_CUDA = library;

for (const target of TARGETS) {
  const options = { backend: target.backend, ...target.options } as const;
  test(`${target.label}: the same bits as from bytes, at several input sizes`, async () => {
    await using fromFile = await loadNetwork(written(), options);
    await using fromBytes = await loadNetwork(bytes, options);
    for (const side of [64, 96, 64]) {
      const inputs = image(side);
      assert.equal(data(await fromFile.run(inputs)), data(await fromBytes.run(inputs)));
    }
  });

  test(`${target.label}: a file that is written to before its weights are read`, async () => {
    const path = written();
    await using network = await loadNetwork(path, options);
    overwrite(path);
    assert.is(await codeOf(network.run(image(64))), "FILE_CHANGED");
    const short = written();
    await using cut = await loadNetwork(short, options);
    truncateSync(short, bytes.length >> 1);
    assert.is(await codeOf(cut.run(image(64))), "FILE_CHANGED");
  });

  test(`${target.label}: plans that are made go on after that, and what needs the file is refused`, async () => {
    const path = written();
    await using network = await loadNetwork(path, { ...options, optimize: false });
    const inputs = image(64);
    const before = data(await network.run(inputs));
    overwrite(path);
    assert.equal(data(await network.run(inputs)), before);
    await using again = await loadNetwork(path, { ...options, optimize: false });
    assert.not.equal(data(await again.run(inputs)), before);
  });

  test(`${target.label}: a file that is deleted or replaced stays readable`, async () => {
    const path = written();
    await using network = await loadNetwork(path, options);
    rmSync(path);
    writeFileSync(path, "something else");
    const inputs = image(64);
    await using expected = await loadNetwork(bytes, options);
    assert.equal(data(await network.run(inputs)), data(await expected.run(inputs)));
  });
}

test("weights are not held in JavaScript", async () => {
  const large = writeModel(resnetFpn(64, 64, 2));
  const path = written(large);
  const before = process.memoryUsage().arrayBuffers;
  const network: Network = await loadNetwork(path, { backend: "cpu", threads: 1 });
  await network.run(image(64));
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < large.length / 4, `${grown} bytes for a file of ${large.length}`);
  await network.dispose();
});

test("a model read from a file is the model read from bytes, decoder and all", async () => {
  const file = new StoredFile(written());
  const [a, b] = [parseModel(file), parseModel(bytes)];
  assert.is(a.file, file);
  assert.ok(a.graph.initializers.some(({ stored }) => stored !== undefined));
  assert.equal(writeModel(a), writeModel(b));
  assert.equal(a.graph.nodes, b.graph.nodes);
  file.close();
  file.close();
  assert.is(
    await codeOf((async () => a.graph.initializers.find((t) => t.stored)!.stored!.bytes())()),
    "FILE_UNREADABLE",
  );
});

test("large tensors in every way that the format has", () => {
  const floats = Float32Array.from({ length: 8192 }, () => next());
  const view = new Uint8Array(floats.buffer);
  const [half, rest] = [view.subarray(0, 20000), view.subarray(20000)];
  const tensor = (type: number, fields: (w: WireWriter) => void): Uint8Array => {
    const w = new WireWriter();
    fields(w);
    w.ints(1, [floats.length]);
    w.int(2, type);
    return w.finish();
  };
  const cases = [
    tensor(1, (w) => w.bytes(9, view)),
    tensor(1, (w) => w.bytes(4, view)),
    tensor(1, (w) => {
      w.bytes(4, half);
      w.bytes(4, rest);
    }),
    tensor(6, (w) => w.bytes(9, view)),
  ];
  const stored = cases.map((content) => {
    const file = new StoredFile(written(content));
    const read = readTensor(new WireReader(file));
    const expected = readTensor(new WireReader(content));
    assert.ok("data" in read && "data" in expected);
    assert.equal(read.data, expected.data);
    file.close();
    return read.stored !== undefined;
  });
  assert.equal(stored, [true, true, false, false]);
  const w = new WireWriter();
  writeTensor(w, { name: "t", type: "float", dims: [8191], data: floats.subarray(1) });
  const short = new StoredFile(written(w.finish().subarray(0, 30000)));
  assert.throws(() => readTensor(new WireReader(short)), /damaged/);
  short.close();
});

test("folders, pipes and absent files are told as before", async () => {
  assert.is(await codeOf(loadNetwork(folder)), "FILE_UNREADABLE");
  assert.is(await codeOf(loadNetwork(join(folder, "absent.onnx"))), "FILE_NOT_FOUND");
  assert.throws(() => new StoredFile(folder), /not a file/);
});

test("nothing is left", () => rmSync(folder, { recursive: true }));

test.run();
