/** Every codec in a page with a strict policy: the same samples as in Node, each library loaded when it is needed. */
import { join } from "node:path";
import { readRadiograph } from "../../src/image/read.ts";
import { assert, random, suite } from "../shim.ts";
import { encodeFrame } from "../support/codec-encoders.ts";
import { dicomFile, picture, SYNTAX } from "../support/dicom-writer.ts";
import { openBrowser, openPage, ROOT, serve, untilSet } from "./support.ts";

const test = suite("web: codecs");
const [rows, columns] = [37, 53];

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

/** A picture compressed with a codec. */
async function file(codec: "jpeg" | "jpeg-ls" | "jpeg-2000" | "htj2k", syntax: string): Promise<Uint8Array> {
  const next = random(5);
  const bits = codec === "jpeg" ? 8 : 16;
  const samples = Uint8Array.from(
    { length: (rows * columns * bits) / 8 },
    (_, i) => 100 + 50 * Math.sin(i / 40) + 9 * next(),
  );
  const frame = { width: columns, height: rows, bits, components: 1, signed: false };
  const fragment = await encodeFrame(codec, frame, samples);
  return dicomFile(
    picture(
      { rows, columns, bitsAllocated: bits, bitsStored: bits, photometric: "MONOCHROME2" },
      { table: [], fragments: [fragment] },
    ),
    syntax,
  );
}

test("JPEG, JPEG-LS, JPEG 2000 and HTJ2K", async () => {
  const browser = await openBrowser();
  const folders = { dist: join(ROOT, "dist"), "": join(import.meta.dirname, "page") };
  const site = await serve(folders, false);
  try {
    const { page, problems } = await openPage(browser, site, "/index.html");
    await untilSet(page, "loaded", problems);
    for (const [codec, syntax, library] of [
      ["jpeg", SYNTAX.jpegBaseline, "libjpegturbo"],
      ["jpeg-ls", SYNTAX.jpegLs, "charls"],
      ["jpeg-2000", SYNTAX.jpeg2000, "openjpeg"],
      ["htj2k", SYNTAX.htj2k, "openjph"],
    ] as const) {
      const bytes = await file(codec, syntax);
      const asked = site.asked.length;
      const found = await page.evaluate(
        async (values) => {
          const { sha256, width, height } = await spinexr.readImage(new Uint8Array(values));
          return { sha256, width, height };
        },
        [...bytes],
      );
      const { sha256 } = await readRadiograph(bytes);
      assert.equal(found, { sha256, width: columns, height: rows }, codec);
      const loaded = site.asked.slice(asked).filter((path) => path.endsWith(".wasm"));
      assert.is(loaded.length, 1, loaded.join());
      assert.match(loaded[0]!, library);
    }
    const damaged = (await file("jpeg-2000", SYNTAX.jpeg2000)).map((byte, i) =>
      i > 900 ? byte ^ 0x5a : byte,
    );
    const failed = await page.evaluate(
      (values) => spinexr.failure(spinexr.readImage(new Uint8Array(values))),
      [...damaged],
    );
    assert.ok(failed === null || typeof failed.code === "string");
    assert.equal(problems, []);
    assert.equal(site.violations, []);
  } finally {
    await browser.close();
    await site.close();
  }
});

test.run();
