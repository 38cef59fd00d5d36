/** Pictures: the same bytes everywhere, boxes around what differs, our own reader and an independent validator accept them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRadiograph } from "../../src/image/read.ts";
import {
  loadJpegLs,
  type PhantomKey,
  phantomDicom,
  planPhantom,
  renderPhantom,
} from "../../src/phantom/index.ts";
import { cos, exp, ln, sin } from "../../src/phantom/picture/maths.ts";
import { assert, random, skip, suite } from "../shim.ts";

const test = suite("phantom pictures");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("elementary functions agree with the platform's", () => {
  const next = random(1);
  for (let i = 0; i < 2000; i++) {
    const x = (next() - 0.5) * 40;
    assert.ok(Math.abs(sin(x) - Math.sin(x)) < 1e-8, `sin ${x}`);
    assert.ok(Math.abs(cos(x) - Math.cos(x)) < 1e-8, `cos ${x}`);
    assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 1e-9, `exp ${x}`);
    const positive = Math.fround(Math.exp(x));
    assert.ok(Math.abs(ln(positive) - Math.log(positive)) < 2e-6, `ln ${positive}`);
  }
});

/** Four files of different parts, sizes and splits. */
const PINNED: readonly (readonly [PhantomKey, string])[] = [
  [
    { seed: 1, split: "test", index: 0, longest: 500 },
    "6280fb67d46c09e93685454b301a4b39602df9bf82d9d7f8225cec4f38f75316",
  ],
  [{ seed: 1, split: "test", index: 1 }, "8d92f741b66dae5b2410ecd9a40f1b82d75f108fdf4db7f51e27c2bd7697e713"],
  [
    { seed: 1, split: "test", index: 6, longest: 600 },
    "32c0d8a8d0dbb8d8b49b0caa4611a3af83507df35b5efea58c00fd8fc9360700",
  ],
  [
    { seed: 4294967295, split: "train", index: 1234567, longest: 700 },
    "f525b19dcb98a8621ac51147d72d88c217d8bb6acde6b3efa526a6953224568a",
  ],
];

test("the same seed makes the same bytes", () => {
  for (const [key, hash] of PINNED) assert.is(sha256(phantomDicom(planPhantom(key))), hash);
});

test("seed, split, number and lesions change the picture; the size changes the identifier", () => {
  const base: PhantomKey = { seed: 3, split: "test", index: 5, longest: 128 };
  const seen = new Set(
    [base, { ...base, seed: 4 }, { ...base, split: "train" as const }, { ...base, index: 6 }].map((key) =>
      sha256(phantomDicom(planPhantom(key))),
    ),
  );
  assert.is(seen.size, 4);
  assert.is.not(planPhantom({ ...base, longest: 129 }).id, planPhantom(base).id);
});

test("our reader finds what was written", async () => {
  const kinds = new Set<string>();
  for (let index = 0; index < 16; index++) {
    const plan = planPhantom({ seed: 8, split: "test", index, longest: 220 });
    const { format, width, height, bitsStored, signed, monochrome1, voi, source, warnings, samples } =
      await readRadiograph(phantomDicom(plan));
    assert.equal(
      { format, width, height, bitsStored, signed, warnings },
      {
        format: "dicom",
        width: plan.width,
        height: plan.height,
        bitsStored: 12,
        signed: false,
        warnings: [],
      },
    );
    assert.is(Math.max(width, height), 220);
    assert.is(source.modality, "CR");
    assert.ok(["AP", "LL", "RL"].includes(source.viewPosition ?? ""), source.viewPosition);
    assert.ok(["CSPINE", "TSPINE", "LSPINE", "SPINE"].includes(source.bodyPart ?? ""), source.bodyPart);
    const longMm = (source.pixelSpacing?.[0] ?? 0) * 220;
    assert.ok(longMm > 200 && longMm < 870, `${longMm} mm`);
    assert.ok(samples.every((sample: number) => sample < 4096));
    kinds.add(`${monochrome1} ${voi.kind}`);
  }
  assert.ok(kinds.size >= 4, `few kinds of stored values: ${[...kinds]}`);
});

test("compressed files hold the same samples in far fewer bytes", async () => {
  const encode = await loadJpegLs();
  for (const [index, longest] of [301, 420, 555, 640].entries()) {
    const plan = planPhantom({ seed: 12, split: "train", index, longest });
    const [bare, packed] = [phantomDicom(plan), phantomDicom(plan, encode)];
    assert.ok(packed.length < 0.65 * bare.length, `${packed.length} of ${bare.length} bytes`);
    const [a, b] = [await readRadiograph(bare), await readRadiograph(packed)];
    assert.equal([b.width, b.height, b.sha256, b.voi], [a.width, a.height, a.sha256, a.voi]);
    assert.is(b.source.transferSyntax, "1.2.840.10008.1.2.4.80");
  }
});

test("dciodvfy finds no fault", async () => {
  if (spawnSync("dciodvfy", ["-version"]).error !== undefined)
    skip("dciodvfy (dicom3tools) is not installed");
  const folder = mkdtempSync(join(tmpdir(), "spinexr-phantom-"));
  try {
    const encode = await loadJpegLs();
    for (let index = 0; index < 12; index++) {
      const file = join(folder, "image.dicom");
      const plan = planPhantom({ seed: 9, split: "train", index, longest: 200 });
      writeFileSync(file, phantomDicom(plan, index % 3 === 2 ? encode : undefined));
      const { stdout, stderr } = spawnSync("dciodvfy", [file], { encoding: "utf8" });
      assert.not.match(`${stdout}${stderr}`, /Error|Warning/, `number ${index}`);
      assert.match(`${stdout}${stderr}`, /CRImage/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a lesion changes the picture inside its box, and the rest little", () => {
  const wanted = new Map<string, number>();
  let outside = 0;
  let pictures = 0;
  for (let index = 0; wanted.size < 7 || pictures < 14; index++) {
    const key: PhantomKey = { seed: 21, split: "test", index, longest: 600 };
    const plan = planPhantom(key);
    const types = plan.lesions.map(({ type }) => type);
    if (types.length === 0 || types.every((type) => (wanted.get(type) ?? 0) >= 3)) continue;
    pictures++;
    const a = renderPhantom(plan);
    const b = renderPhantom(planPhantom({ ...key, lesions: false }));
    const { width, height } = plan;
    const change = Float64Array.from(a, (value, i) => Math.abs(value - b[i]));
    const inside = new Uint8Array(width * height);
    for (const { type, box } of plan.lesions) {
      wanted.set(type, (wanted.get(type) ?? 0) + 1);
      const [x0, y0, x1, y1] = box;
      assert.ok(
        x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height && x1 - x0 > 3 && y1 - y0 > 3,
        `${type} ${box}`,
      );
      let sum = 0;
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) {
          sum += change[y * width + x];
          inside[y * width + x] = 1;
        }
      const mean = sum / ((x1 - x0) * (y1 - y0));
      assert.ok(mean > 14, `${type} of number ${index} changes its box by ${mean} of 4095 only`);
    }
    // A slip takes the vertebrae above along; everything else is where its box is.
    if (types.includes("Spondylolysthesis")) continue;
    let [near, far] = [0, 0];
    for (let i = 0; i < change.length; i++) {
      if (inside[i]) near += change[i] * change[i];
      else far += change[i] * change[i];
    }
    const share = far / (near + far);
    outside = Math.max(outside, share);
    assert.ok(share < 0.25, `number ${index} (${types}): ${share} of the change is outside of the boxes`);
  }
  console.log(
    `NOTE at most ${outside.toFixed(3)} of the change lies outside of the boxes (${pictures} pictures)`,
  );
});

test.run();
