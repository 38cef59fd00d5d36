/** Each file of src/platform/ has a twin for browsers with the same exports that does the same. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { sha256HexOfFile as nodeHashOfFile } from "../../src/platform/hash.ts";
import { inflateBeside as nodeInflate } from "../../src/platform/inflate.ts";
import { sha256Hex, sha256HexOfFile, sha256OfParts } from "../../src/platform/web/hash.ts";
import { inflateBeside } from "../../src/platform/web/inflate.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("web: twins");
const platform = join(import.meta.dirname, "../../src/platform");

const isCode = (file: string): boolean => file.endsWith(".ts");
const exportsOf = async (file: string): Promise<string[]> => Object.keys(await import(file)).sort();

test("twins export the same names", async () => {
  const web = readdirSync(join(platform, "web")).filter(isCode);
  const node = readdirSync(platform).filter(isCode);
  const alone = node.filter((file) => !web.includes(file));
  assert.equal(alone, ["remote.ts"], "files without a twin run everywhere");
  assert.equal(
    web.filter((file) => !node.includes(file)),
    ["watch-worker.ts"],
  );
  for (const file of web.filter((name) => node.includes(name)))
    assert.equal(await exportsOf(join(platform, "web", file)), await exportsOf(join(platform, file)), file);
});

test("the package exports the same names", async () => {
  const source = join(platform, "..");
  assert.equal(await exportsOf(join(source, "index.web.ts")), await exportsOf(join(source, "index.node.ts")));
  for (const name of ["registry", "ort/delegate"])
    assert.equal(
      await exportsOf(join(source, "backends", `${name}.web.ts`)),
      await exportsOf(join(source, "backends", `${name}.ts`)),
      name,
    );
});

test("the package exports the same types", () => {
  const namesIn = (file: string): string[] => {
    const lists = readFileSync(join(platform, "..", file), "utf8").matchAll(/^export (type )?\{([^}]*)\}/gm);
    return [...lists]
      .flatMap(([, , names]) => names!.split(","))
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .sort();
  };
  assert.equal(namesIn("index.web.ts"), namesIn("index.node.ts"));
});

test("SHA-256 is that of node:crypto, in whatever pieces", async () => {
  const next = random(7);
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, () => next() * 256);
    const cut = Math.floor(next() * (length + 1));
    const wanted = createHash("sha256").update(bytes).digest("hex");
    assert.is(sha256Hex(bytes), wanted, `${length} bytes`);
    assert.is(
      sha256Hex(bytes.subarray(0, cut), bytes.subarray(cut)),
      wanted,
      `${length} bytes cut at ${cut}`,
    );
  }
  const large = new Uint8Array(3_000_017).map((_, i) => (i * 2654435761) >>> 24);
  const wanted = createHash("sha256").update(large).digest("hex");
  assert.is(await sha256OfParts([large.subarray(0, 1001), large.subarray(1001)]), wanted);
  const file = {
    size: large.length,
    descriptor: -1,
    read: (position: number, length: number) => large.slice(position, position + length),
    readInto: (target: Uint8Array, position: number) =>
      target.set(large.subarray(position, position + target.length)),
    check: () => {},
    close: () => {},
  };
  assert.is(await sha256HexOfFile(file), wanted);
  assert.is(await nodeHashOfFile(file), wanted);
});

test("inflating gives the same bytes and the same errors", async () => {
  const next = random(9);
  const plain = Uint8Array.from({ length: 100_000 }, (_, i) => (next() * 4 + i / 1000) & 255);
  const deflated = new Uint8Array(deflateRawSync(plain));
  const trailing = new Uint8Array([...deflated, 1, 2, 3, 4, 5]);
  for (const bytes of [deflated, trailing])
    assert.equal(Buffer.from(await inflateBeside(bytes, plain.length)), Buffer.from(plain));
  const cases: [Uint8Array, number][] = [
    [deflated, plain.length - 1],
    [deflated.subarray(0, 1000), plain.length],
    [Uint8Array.of(0xff, 0xff, 0xff), 100],
  ];
  const codeOf = (work: Promise<unknown>): Promise<string> => work.then(String, (error) => error.code);
  for (const [bytes, most] of cases)
    assert.is(await codeOf(inflateBeside(bytes, most)), await codeOf(nodeInflate(bytes, most)));
});

test.run();
