import { readFileSync } from "node:fs";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import { assert, random, shared, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { Global, type Pickled, Reduce, Tuple } from "../support/pickle-writer.ts";
import { randomDenseNet, TINY } from "../support/random-densenet.ts";
import { writeSafetensors } from "../support/safetensors-writer.ts";
import { contiguous, TorchWriter, writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("checkpoint");
const state = new Map([
  ["a.weight", { dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["a.bias", { dims: [1], data: Float32Array.of(-0.5) }],
]);
const values = async (bytes: Uint8Array) =>
  Object.fromEntries(
    [...(await readCheckpoint(bytes))].map(([name, tensor]) => [name, [tensor.dims, [...tensor.float32()]]]),
  );
const expected = {
  "a.weight": [
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ],
  "a.bias": [[1], [-0.5]],
};

test("reads a state dict at the top, under model and under state_dict, stored and deflated", async () => {
  for (const container of [null, "model", "state_dict"]) {
    for (const deflate of [false, true]) {
      assert.equal(await values(writeCheckpoint(state, { container, deflate })), expected);
    }
  }
});

test("reads a view into a larger file, as a Buffer gives it", async () => {
  const bytes = writeCheckpoint(state);
  const larger = Buffer.alloc(bytes.length + 7, 1);
  larger.set(bytes, 3);
  assert.equal(await values(larger.subarray(3, 3 + bytes.length)), expected);
});

test("removes module. only where every name has it", async () => {
  const wrapped = new Map([...state].map(([name, tensor]) => [`module.${name}`, tensor]));
  assert.equal(await values(writeCheckpoint(wrapped)), expected);
  wrapped.set("other", state.get("a.bias")!);
  assert.equal(Object.keys(await values(writeCheckpoint(wrapped))), [
    "module.a.weight",
    "module.a.bias",
    "other",
  ]);
});

test("follows strides and offsets", async () => {
  const writer = new TorchWriter();
  const data = Float32Array.from({ length: 12 }, (_, index) => index);
  const storage = writer.storage({ elements: 12, bytes: new Uint8Array(data.buffer) });
  const root = new Map<Pickled, Pickled>([
    ["transposed", writer.view(storage, [3, 4], [1, 3])],
    ["column", writer.view(storage, [4], [3], 2)],
    ["scalar", writer.view(storage, [], [], 5)],
    ["empty", writer.view(storage, [0, 4])],
  ]);
  assert.equal(await values(writer.file(root)), {
    transposed: [
      [3, 4],
      [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11],
    ],
    column: [[4], [2, 5, 8, 11]],
    scalar: [[], [5]],
    empty: [[0, 4], []],
  });
});

test("converts every stored type, in both byte orders", async () => {
  const cases: [type: string, bytes: number[], values: number[]][] = [
    ["FloatStorage", [0, 0, 0x80, 0x3f], [1]],
    ["DoubleStorage", [0, 0, 0, 0, 0, 0, 0xf8, 0xbf], [-1.5]],
    ["HalfStorage", [0, 0x3c], [1]],
    ["HalfStorage", [1, 0x80], [-(2 ** -24)]],
    ["HalfStorage", [0xff, 0x7b], [65504]],
    ["BFloat16Storage", [0x20, 0xc1], [-10]],
    ["LongStorage", [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-2]],
    ["IntStorage", [0, 1, 0, 0], [256]],
    ["ShortStorage", [0xff, 0xff], [-1]],
  ];
  for (const [type, little, wanted] of cases) {
    for (const byteOrder of ["little", "big"]) {
      const writer = new TorchWriter();
      const bytes = Uint8Array.from(byteOrder === "little" ? little : [...little].reverse());
      const root = new Map([["x", writer.view(writer.storage({ type, elements: 1, bytes }), [1])]]);
      assert.equal(
        await values(writer.file(root, { byteOrder })),
        { x: [[1], wanted] },
        `${type} ${byteOrder}`,
      );
    }
  }
  for (const [type, bytes, wanted] of [
    ["CharStorage", [0x80], -128],
    ["ByteStorage", [200], 200],
    ["BoolStorage", [1], 1],
  ] as const) {
    const writer = new TorchWriter();
    const storage = writer.storage({ type, elements: 1, bytes: Uint8Array.from(bytes) });
    assert.equal(await values(writer.file(new Map([["x", writer.view(storage, [1])]]))), {
      x: [[1], [wanted]],
    });
  }
});

test("passes over optimizer, counters and numpy scalars without reading their tensors", async () => {
  const writer = new TorchWriter();
  const dict = writer.stateDict(state);
  const missing = writer.storage({ type: "ComplexFloatStorage", elements: 4, bytes: new Uint8Array() });
  const dtype = new Reduce(
    new Global("numpy", "dtype"),
    new Tuple("f8", false, true),
    new Tuple(3, "<", null),
  );
  const parameter = new Reduce(
    new Global("torch._utils", "_rebuild_parameter"),
    new Tuple(
      writer.tensor(state.get("a.bias")!),
      true,
      new Reduce(new Global("collections", "OrderedDict"), new Tuple()),
    ),
  );
  const root = new Map<Pickled, Pickled>([
    [
      "optimizer",
      new Map<Pickled, Pickled>([
        [0, writer.view(missing, [4])],
        ["lr", 0.1],
      ]),
    ],
    ["scheduler", new Reduce(new Global("collections", "Counter"), new Tuple(new Map([[100, 1]])))],
    ["best", new Reduce(new Global("numpy.core.multiarray", "scalar"), new Tuple(dtype, "bytes"))],
    ["dtype", new Global("torch", "float32")],
    ["size", new Reduce(new Global("torch", "Size"), new Tuple(new Tuple(1, 2)))],
    ["parameter", parameter],
    ["model", dict],
  ]);
  assert.equal(await values(writer.file(root)), expected);
});

test("reads safetensors", async () => {
  assert.equal(await values(writeSafetensors(state)), expected);
});

test("says what a file is that it cannot read", async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /empty/],
    [text("not a checkpoint"), /neither a PyTorch zip/],
    [Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc), /before 1\.6.*torch\.save/],
    [new TorchWriter().file(new Map<Pickled, Pickled>([["iteration", 1]])), /no tensors/],
    [new TorchWriter().file([1, 2]), /no dict/],
  ];
  for (const [bytes, message] of cases) {
    await rejects(() => readCheckpoint(bytes), "INVALID_CHECKPOINT", message);
  }
});

test("refuses tensors that reach outside their storage or repeat it", async () => {
  const cases: [dims: number[], strides: number[], offset: number, code: string][] = [
    [[4], [1], 1, "INVALID_CHECKPOINT"],
    [[2, 2], [3, 1], 0, "INVALID_CHECKPOINT"],
    [[2], [1, 1], 0, "INVALID_CHECKPOINT"],
    [[1000000, 1000000], [0, 0], 0, "LIMIT_EXCEEDED"],
    [[65535, 65535, 65535, 65535], contiguous([65535, 65535, 65535, 65535]), 0, "INVALID_CHECKPOINT"],
  ];
  for (const [dims, strides, offset, code] of cases) {
    const writer = new TorchWriter();
    const storage = writer.storage({ elements: 4, bytes: new Uint8Array(16) });
    const bytes = writer.file(new Map([["x", writer.view(storage, dims, strides, offset)]]));
    await rejects(() => readCheckpoint(bytes), code, /x/);
  }
  const writer = new TorchWriter();
  const short = writer.storage({ elements: 1000, bytes: new Uint8Array(16) });
  await rejects(
    () => readCheckpoint(writer.file(new Map([["x", writer.view(short, [1000])]]))),
    "INVALID_CHECKPOINT",
    /cut short/,
  );
});

test("reads what CPython pickles in protocols 2 to 5, with optimizer state and numpy values", async () => {
  for (const protocol of [2, 3, 4, 5]) {
    const file = new URL(`../fixtures/checkpoints/protocol${protocol}.pth`, import.meta.url);
    assert.equal(await values(readFileSync(file)), {
      a: [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
      "b.weight": [[3], [1, 1, 1]],
    });
  }
});

test("reads the golden checkpoints", async () => {
  const sizes = { densenet121: 727, retinanet_tiny: 301, faster_rcnn_tiny: 295, sparse_rcnn_tiny: 523 };
  for (const [name, size] of Object.entries(sizes)) {
    const read = await readCheckpoint(readFileSync(shared(`golden/models/${name}.pth`)));
    assert.is(read.size, size);
    for (const tensor of read.values()) assert.ok(tensor.float32().every(Number.isFinite));
  }
});

test("a tiny network survives the way through a file", async () => {
  const original = randomDenseNet(TINY, random(1));
  const read = await readCheckpoint(writeCheckpoint(original));
  assert.equal([...read.keys()], [...original.keys()]);
  for (const [name, { dims, data }] of original) {
    assert.equal(read.get(name)!.dims, dims);
    assert.equal(read.get(name)!.float32(), data);
  }
});

test.run();
