import { SpineXRError } from "../../src/api/errors.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import { openZip } from "../../src/convert/checkpoint/zip.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { withHeader, writeSafetensors } from "../support/safetensors-writer.ts";
import { writeCheckpoint } from "../support/torch-writer.ts";
import { writeZip, type ZipFile } from "../support/zip-writer.ts";

const test = suite("hostile files");
const options = { what: "The archive", code: "INVALID_CHECKPOINT" } as const;
const text = (value: string) => new TextEncoder().encode(value);
const hello: ZipFile = { name: "a/hello.txt", data: text("hello hello hello hello") };
const state = new Map([
  ["a.weight", { dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["a.bias", { dims: [1], data: Float32Array.of(-0.5) }],
]);

test("reads stored, deflated, aligned and zip64 entries", () => {
  for (const deflate of [false, true]) {
    for (const zip64 of [false, true]) {
      const archive = openZip(writeZip([{ ...hello, deflate }], { zip64, align: true }), options);
      assert.equal([...archive.entries.keys()], ["a/hello.txt"]);
      assert.is(new TextDecoder().decode(archive.read("a/hello.txt")), "hello hello hello hello");
    }
  }
});

test("paths that leave the archive are refused", async () => {
  for (const name of ["../a", "a/../../b", "/etc/passwd", "a\\b", "C:/a", "a//b", "./a", "", "a\0b"]) {
    await rejects(
      () => openZip(writeZip([{ ...hello, name }]), options),
      "INVALID_CHECKPOINT",
      /relative path/,
    );
  }
});

test("duplicates, wrong checksums and wrong sizes are refused", async () => {
  await rejects(() => openZip(writeZip([hello, hello]), options), "INVALID_CHECKPOINT", /twice/);
  const read = (claim: ZipFile["claim"], deflate: boolean) => () =>
    openZip(writeZip([{ ...hello, deflate, claim }]), options).read(hello.name);
  await rejects(read({ crc32: 1 }, false), "INVALID_CHECKPOINT", /checksum/);
  await rejects(read({ size: 22 }, true), "INVALID_CHECKPOINT", /more than the 22 bytes/);
  await rejects(read({ size: 24 }, true), "INVALID_CHECKPOINT", /instead of 24/);
  await rejects(read({ size: 2 ** 31 }, true), "LIMIT_EXCEEDED", /inflate/);
  await rejects(read({ size: 500 }, false), "INVALID_CHECKPOINT", /directory says/);
});

test("a claim of gigabytes is refused before anything is allocated", async () => {
  const bomb = writeZip([
    { name: "a/data.pkl", data: new Uint8Array(1 << 20), deflate: true, claim: { size: 0xfffffff0 } },
  ]);
  await rejects(() => readCheckpoint(bomb), "LIMIT_EXCEEDED", /claims 4294967280 bytes/);
  const small = { ...options, maxEntrySize: 1000 };
  await rejects(
    () => openZip(writeZip([{ name: "a", data: new Uint8Array(1001) }]), small),
    "LIMIT_EXCEEDED",
    /1001/,
  );
  await rejects(
    () => openZip(writeZip([hello, { ...hello, name: "b" }]), { ...options, maxEntries: 1 }),
    "LIMIT_EXCEEDED",
    /2 entries/,
  );
});

test("entries that share their bytes are refused", async () => {
  const bytes = writeZip([hello, { ...hello, name: "a/hellO.txt" }]);
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 6, true);
  const second = directory + 46 + hello.name.length;
  // Point the second entry at the first one's header and give both the same name there.
  view.setUint32(second + 42, 0, true);
  bytes[second + 46 + 6] = "o".charCodeAt(0);
  await rejects(() => openZip(bytes, options), "INVALID_CHECKPOINT", /twice|overlap/);
});

test("every truncation of a checkpoint is a typed error", async () => {
  const bytes = writeCheckpoint(state, { deflate: true });
  for (let length = 0; length < bytes.length; length++) {
    await rejects(() => readCheckpoint(bytes.subarray(0, length)), "INVALID_CHECKPOINT");
  }
});

test("safetensors: sizes, types, overlaps and gaps", async () => {
  const data = new Uint8Array(8);
  const tensor = (begin: number, end: number, shape: unknown = [1], dtype: unknown = "F32") => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const cases: [header: unknown, message: RegExp][] = [
    [{ a: tensor(0, 4), b: tensor(0, 4), c: tensor(4, 8) }, /overlap/],
    [{ a: tensor(4, 8) }, /gap/],
    [{ a: tensor(0, 4) }, /describes 4/],
    [{ a: tensor(8, 12) }, /claims the bytes/],
    [{ a: tensor(4, 0) }, /claims the bytes/],
    [{ a: tensor(0, 8) }, /needs 4 bytes/],
    [{ a: tensor(0, 8, [2], "F8_E4M3") }, /dtype/],
    [{ a: tensor(0, 8, [2], "constructor") }, /dtype/],
    [{ a: tensor(0, 8, [-2]) }, /shape/],
    [{ a: tensor(0, 8, "2") }, /shape/],
    [{ a: tensor(0, 8, [2 ** 40, 2 ** 40]) }, /needs/],
    [{ a: { dtype: "F32", shape: [2] } }, /data_offsets/],
    [{ a: null }, /description/],
    ["{", /JSON/],
    ["{}{}", /JSON/],
  ];
  for (const [header, message] of cases) {
    await rejects(() => readCheckpoint(withHeader(header, data)), "INVALID_CHECKPOINT", message);
  }
  const bytes = writeSafetensors(state);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 47n, true);
  await rejects(() => readCheckpoint(bytes), "LIMIT_EXCEEDED", /claims/);
  new DataView(bytes.buffer).setBigUint64(0, 100000n, true);
  await rejects(() => readCheckpoint(bytes), "INVALID_CHECKPOINT", /shorter/);
});

test("random damage gives a typed error or a valid result, never anything else", async () => {
  const next = random(11);
  const whole = (limit: number) => Math.floor(next() * limit);
  const originals = [
    writeCheckpoint(state),
    writeCheckpoint(state, { deflate: true }),
    writeSafetensors(state),
  ];
  const outcomes = new Map<string, number>();
  for (let round = 0; round < 6000; round++) {
    const bytes = originals[round % originals.length]!.slice();
    for (let change = whole(4); change >= 0; change--) {
      const at = whole(bytes.length);
      const kind = whole(3);
      if (kind === 0) bytes[at] = whole(256);
      else if (kind === 1) bytes[at]! ^= 1 << whole(8);
      else bytes.copyWithin(at, whole(bytes.length), whole(bytes.length));
    }
    let outcome = "read";
    try {
      for (const tensor of (await readCheckpoint(bytes)).values()) tensor.float32();
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const allowed = ["read", "INVALID_CHECKPOINT", "FORBIDDEN_PICKLE", "LIMIT_EXCEEDED"];
  assert.ok(
    [...outcomes.keys()].every((outcome) => allowed.includes(outcome)),
    [...outcomes.keys()].join(),
  );
});

test("random damage to the pickle itself", async () => {
  const next = random(12);
  const whole = (limit: number) => Math.floor(next() * limit);
  const original = writeCheckpoint(state);
  const pickle = openZip(original, options).read("archive/data.pkl").slice();
  const storages = [...openZip(original, options).entries.keys()].filter((name) => name.includes("/data/"));
  for (let round = 0; round < 6000; round++) {
    const data = pickle.slice();
    for (let change = whole(3); change >= 0; change--) data[whole(data.length)] = whole(256);
    const bytes = writeZip([
      { name: "archive/data.pkl", data },
      ...storages.map((name) => ({ name, data: new Uint8Array(24) })),
    ]);
    try {
      for (const tensor of (await readCheckpoint(bytes)).values()) tensor.float32();
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
    }
  }
});

test.run();
