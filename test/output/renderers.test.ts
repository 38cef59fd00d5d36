/** Both renderers of one scene, and the canvas below the PNG. */
import { luma } from "../../src/image/grey.ts";
import { encodePng } from "../../src/image/png-write.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { Canvas } from "../../src/output/canvas.ts";
import { classColour } from "../../src/output/colours.ts";
import { overlayScene } from "../../src/output/overlay.ts";
import { renderPng } from "../../src/output/render-png.ts";
import { renderSvg } from "../../src/output/render-svg.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { findingsOn, overlayInput } from "../support/overlay-input.ts";
import { wellFormed } from "../support/well-formed.ts";

const test = suite("output renderers");
const next = random(17);

/** How many pixels' worth of white was painted on black. */
const painted = (canvas: Canvas): number => canvas.rgb.reduce((sum, value) => sum + value, 0) / (3 * 255);
const blank = (): Canvas => new Canvas(90, 80, [0, 0, 0]);
const near = (found: number, wanted: number, share: number, name: string): void =>
  assert.ok(Math.abs(found - wanted) <= share * wanted + 0.3, `${name}: ${found}, expected ${wanted}`);

test("what is painted has the area that geometry gives", () => {
  for (let round = 0; round < 30; round++) {
    const rect = { x: 10 + 9 * next(), y: 10 + 9 * next(), width: 3 + 40 * next(), height: 3 + 40 * next() };
    const { width, height } = rect;
    const [fill, rounded, ring, line] = [blank(), blank(), blank(), blank()];
    fill.fill(rect, [255, 255, 255], 1, 0);
    near(painted(fill), width * height, 0.004, "rectangle");
    const radius = 1 + next() * (Math.min(width, height) / 2 - 1);
    rounded.fill(rect, [255, 255, 255], 1, radius);
    near(painted(rounded), width * height - (4 - Math.PI) * radius * radius, 0.02, "rounded rectangle");
    const stroke = 1 + 2 * Math.floor(2 * next());
    ring.outline(rect, [255, 255, 255], stroke, 1);
    const [outer, inner] = [stroke, -Math.min(stroke, width, height)];
    near(
      painted(ring),
      (width + outer) * (height + outer) - (width + inner) * (height + inner),
      0.06,
      "outline",
    );
    const wide = 1.5 + 6 * next();
    line.strokes([[20, 20, 20 + width, 20 + height]], [255, 255, 255], wide, 1);
    near(painted(line), Math.hypot(width, height) * wide + (Math.PI * wide * wide) / 4, 0.03, "stroke");
  }
});

test("strokes that cross cover once; what lies outside is cut off", () => {
  const canvas = blank();
  const cross = [
    [20, 40, 60, 40],
    [40, 20, 40, 60],
  ];
  canvas.strokes(cross, [200, 100, 50], 6, 0.5);
  assert.equal(Array.from(canvas.rgb.subarray(3 * (40 * 90 + 40), 3 * (40 * 90 + 40) + 3)), [100, 50, 25]);
  const outside = blank();
  outside.fill({ x: -50, y: -50, width: 40, height: 500 }, [255, 255, 255], 1, 3);
  outside.outline({ x: -10, y: -10, width: 200, height: 200 }, [255, 255, 255], 4, 1);
  outside.strokes([[-100, -100, -50, -20]], [255, 255, 255], 4, 1);
  assert.is(painted(outside), 0);
});

test("canvases without or beyond size are refused", async () => {
  await rejects(() => new Canvas(0, 5, [0, 0, 0]), "INVALID_ARGUMENT");
  await rejects(() => new Canvas(1e5, 1e5, [0, 0, 0]), "LIMIT_EXCEEDED");
});

test("RGB PNG is read back", async () => {
  const [width, height] = [13, 7];
  const pixels = Uint8Array.from({ length: 3 * width * height }, () => 256 * next());
  const { samples } = await readRadiograph(encodePng({ pixels, width, height }, 3));
  const grey = Array.from({ length: width * height }, (_, i) =>
    luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]),
  );
  assert.equal(Array.from(samples), grey);
  await rejects(() => encodePng({ pixels, width, height }), "INVALID_ARGUMENT");
});

test("the PNG holds the radiograph's own pixels where nothing is drawn, the class colour on lines, the same every time", async () => {
  const input = overlayInput(600, 700, [
    { label: "Spondylolysthesis", score: 0.9, box: [200, 300, 400, 500] },
  ]);
  const scene = overlayScene(input);
  const bytes = renderPng(scene);
  assert.equal(renderPng(overlayScene(input)), bytes);
  const { samples, width, height } = await readRadiograph(bytes);
  assert.equal([width, height], [scene.width, scene.height]);
  const picture = scene.items.find((item) => item.kind === "picture")!;
  const { x: left, y: top } = picture.rect;
  for (let y = 0; y < 200; y++)
    for (let x = 0; x < 600; x++)
      assert.is(samples[(top + y) * width + left + x], input.picture.pixels[y * 600 + x]);
  assert.is(samples[(top + 400) * width + left + 200], luma(...classColour(2)));
  const wrong = { ...input, picture: { pixels: new Uint8Array(4), width: 2, height: 2 } };
  const shrunk = { ...scene, items: [{ ...picture, image: wrong.picture }] };
  await rejects(() => renderPng(shrunk), "INVALID_ARGUMENT");
});

test("SVG is well-formed whatever names say, and holds the picture", async () => {
  const nasty = ["<script>alert(1)</script>", `"&' onload="x`, "a\u0000b\u0007\ud800c\ufffe]]>"];
  const findings = findingsOn(300, 300, 30, next).map((finding, i) => ({ ...finding, label: nasty[i % 3] }));
  const input = overlayInput(300, 300, findings, { warnings: nasty, suppressed: findings });
  const svg = renderSvg(overlayScene({ ...input, labels: nasty, suppressed: true }));
  const elements = wellFormed(svg);
  assert.equal(elements.slice(0, 3), ["svg", "title", "desc"]);
  assert.is(elements.filter((name) => name === "image").length, 1);
  assert.not.ok(elements.includes("script"));
  assert.equal(
    Array.from(svg.matchAll(/(?:href|src)="([a-z/:]{10})/g), ([, start]) => start),
    ["data:image"],
  );
  const [, data] = /base64,([^"]*)"/.exec(svg)!;
  const { samples } = await readRadiograph(new Uint8Array(Buffer.from(data, "base64")));
  assert.equal(samples, input.picture.pixels);
});

test.run();
