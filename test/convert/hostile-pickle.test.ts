import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import { suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { Global, latin1, type Pickled, Raw, Reduce, Tuple } from "../support/pickle-writer.ts";
import { TorchWriter } from "../support/torch-writer.ts";
import { join, u32, u64 } from "../support/zip-writer.ts";

const test = suite("hostile pickles");
const PROTO = "\x80\x02";
const raw = (...parts: (number | string | Uint8Array)[]): Uint8Array =>
  new TorchWriter().file(
    new Raw(PROTO, ...parts.flatMap((part) => (part instanceof Uint8Array ? [...part] : [part]))),
  );
const object = (value: Pickled): Uint8Array => new TorchWriter().file(value);
const refused = (bytes: Uint8Array, code: string, message: RegExp) =>
  rejects(() => readCheckpoint(bytes), code, message);

test("a global outside the list is named and refused", async () => {
  for (const [module, name] of [
    ["os", "system"],
    ["posix", "system"],
    ["builtins", "eval"],
    ["__builtin__", "getattr"],
    ["torch", "load"],
    ["torch.hub", "load"],
    ["torch", "FloatStorage.__init__"],
    ["collections", "OrderedDict.fromkeys"],
    ["numpy", "__dict__"],
    ["subprocess", "Popen"],
    ["", "constructor"],
    ["torch.nn.modules.conv", "Conv2d"],
  ] as const) {
    const call = new Reduce(new Global(module, name), new Tuple("touch /tmp/owned"));
    await refused(object(call), "FORBIDDEN_PICKLE", new RegExp(`${name}.*Nothing of it was executed`));
  }
  await refused(raw("\x8c\x02os\x8c\x06system\x93."), "FORBIDDEN_PICKLE", /os\.system/);
  await refused(raw("\x8c\x09toString\x01N\x93."), "INVALID_CHECKPOINT", /not text/);
});

test("what may be named may not always be called", async () => {
  await refused(
    object(new Reduce(new Global("torch", "FloatStorage"), new Tuple(5))),
    "FORBIDDEN_PICKLE",
    /FloatStorage/,
  );
  await refused(
    object(new Reduce(new Global("torch", "float32"), new Tuple())),
    "FORBIDDEN_PICKLE",
    /float32/,
  );
  await refused(object(new Reduce(new Map(), new Tuple("pop"))), "FORBIDDEN_PICKLE", /not a named function/);
  await refused(object(new Reduce("update", new Tuple())), "FORBIDDEN_PICKLE", /not a named function/);
  await refused(
    object(new Reduce(new Global("collections", "OrderedDict"), new Tuple(5))),
    "INVALID_CHECKPOINT",
    /dict/,
  );
});

test("opcodes that make objects of arbitrary classes are refused by name", async () => {
  await refused(raw("(ios\nsystem\n."), "FORBIDDEN_PICKLE", /INST/);
  await refused(raw("(No."), "FORBIDDEN_PICKLE", /OBJ/);
  await refused(raw("ccollections\nOrderedDict\n)\x81."), "FORBIDDEN_PICKLE", /NEWOBJ/);
  await refused(raw("\x82\x01."), "FORBIDDEN_PICKLE", /EXT1/);
  await refused(raw("]}b."), "FORBIDDEN_PICKLE", /state/);
});

test("text opcodes of protocol 0 and unknown bytes are refused", async () => {
  await refused(raw("I5\n."), "INVALID_CHECKPOINT", /0x49/);
  await refused(raw("\xff."), "INVALID_CHECKPOINT", /0xff/);
  await refused(raw("\x80\x09."), "INVALID_CHECKPOINT", /protocol 9/);
});

test("a storage of a type that is no storage is refused", async () => {
  const id = "(X\x07\x00\x00\x00storagecos\nsystem\n";
  await refused(raw(`${id}X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ.`), "FORBIDDEN_PICKLE", /os\.system/);
  const sized = "(X\x07\x00\x00\x00storagectorch\nSize\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ.";
  await refused(raw(sized), "FORBIDDEN_PICKLE", /not a torch storage/);
  await refused(raw("NQ."), "INVALID_CHECKPOINT", /no description/);
});

test("broken stacks, marks and memos", async () => {
  for (const program of [
    ".",
    "0.",
    "t.",
    "K\x05(s.",
    "}(K\x01u.",
    "]a.",
    "K\x05K\x05a.",
    "K\x05K\x05K\x05s.",
    "h\x09.",
    "q\x01.",
    "R.",
    "(1.",
    "\x93.",
  ]) {
    await refused(raw(program), "INVALID_CHECKPOINT", /damaged/);
  }
});

test("ends in the middle of an instruction", async () => {
  for (const program of ["K", "X\x05\x00\x00\x00ab", "G\x00", "cos", "\x95\x01", "", "(", "\x8a\x05ab"]) {
    await refused(raw(program), "INVALID_CHECKPOINT", /damaged/);
  }
});

test("lengths that the file does not have allocate nothing", async () => {
  const huge = u32(0xffffffff);
  await refused(raw("X", huge, "a."), "INVALID_CHECKPOINT", /middle/);
  await refused(raw("B", huge, "a."), "INVALID_CHECKPOINT", /middle/);
  await refused(raw("\x8d", u64(2 ** 52), "a."), "INVALID_CHECKPOINT", /middle/);
  await refused(raw("\x8b", huge, "a."), "LIMIT_EXCEEDED", /integer/);
});

test("deep nesting stops at a limit", async () => {
  await refused(raw(")", "\x85".repeat(100_000), "."), "LIMIT_EXCEEDED", /deep/);
  await refused(raw("](".repeat(50_000), "e".repeat(50_000), "."), "LIMIT_EXCEEDED", /deep/);
  await refused(raw("(".repeat(500_000), "."), "INVALID_CHECKPOINT", /damaged/);
});

test("cycles and shared references end", async () => {
  await refused(raw("]q\x00h\x00a."), "INVALID_CHECKPOINT", /no dict/);
  await refused(raw("]q\x00", "h\x00a".repeat(1000), "."), "LIMIT_EXCEEDED", /deep/);
  const doubling = `]q\x00${"(h\x00h\x00e]q\x00".repeat(100)}.`;
  await refused(raw(doubling), "INVALID_CHECKPOINT", /no dict/);
});

test("a dict that is copied again and again stops at a limit", async () => {
  const pairs = Array.from({ length: 2000 }, (_, index) =>
    join(latin1("M"), u32(index).subarray(0, 2), latin1("Ns")),
  );
  const copies = "ccollections\nOrderedDict\nh\x00\x85R0".repeat(2000);
  await refused(raw("}", ...pairs, "q\x00", copies, "."), "LIMIT_EXCEEDED", /repeats/);
});

test("tensors and shapes of the wrong kind", async () => {
  const rebuild = new Global("torch._utils", "_rebuild_tensor_v2");
  const writer = new TorchWriter();
  const storage = writer.storage({ elements: 4, bytes: new Uint8Array(16) });
  for (const args of [
    new Tuple(),
    new Tuple(5, 0, new Tuple(4), new Tuple(1)),
    new Tuple(storage, -1, new Tuple(4), new Tuple(1)),
    new Tuple(storage, 0, new Tuple(-4), new Tuple(1)),
    new Tuple(storage, 0, new Tuple(1.5), new Tuple(1)),
    new Tuple(storage, 0, new Tuple("4"), new Tuple(1)),
    new Tuple(storage, 0, 4, new Tuple(1)),
    new Tuple(storage, 0, new Tuple(...Array(17).fill(1)), new Tuple(1)),
  ]) {
    await refused(
      writer.file(new Map([["x", new Reduce(rebuild, args)]])),
      "INVALID_CHECKPOINT",
      /checkpoint/,
    );
  }
});

test.run();
