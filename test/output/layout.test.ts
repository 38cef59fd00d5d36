/** Where things are drawn: inside the canvas, beside each other, never on the anatomy unless they are tags. */
import { BLACK, classColour, contrast, textOn } from "../../src/output/colours.ts";
import { printable, textStrokes, textWidth } from "../../src/output/font.ts";
import { overlayScene, shownSize, styleFor } from "../../src/output/overlay.ts";
import { placeTags } from "../../src/output/placement.ts";
import { type Item, overlap, type Rect, type Scene } from "../../src/output/scene.ts";
import { fitText, plainText, wrapText } from "../../src/output/text.ts";
import { assert, random, suite } from "../shim.ts";
import { findingsOn, overlayInput } from "../support/overlay-input.ts";

const test = suite("output layout");
const SIZES = [
  [1, 1],
  [16, 16],
  [100, 100],
  [90, 700],
  [1200, 300],
  [600, 1000],
  [3, 4000],
  [3000, 3000],
  [5000, 2500],
] as const;

function bounds(item: Item): Rect {
  if (item.kind === "text")
    return { x: item.x, y: item.baseline - item.size, width: item.width, height: item.size * 1.25 };
  if (item.kind === "line")
    return {
      x: Math.min(item.from.x, item.to.x),
      y: Math.min(item.from.y, item.to.y),
      width: Math.abs(item.to.x - item.from.x),
      height: Math.abs(item.to.y - item.from.y),
    };
  return item.rect;
}

const within = (inner: Rect, outer: Rect, slack: number): boolean =>
  inner.x >= outer.x - slack &&
  inner.y >= outer.y - slack &&
  inner.x + inner.width <= outer.x + outer.width + slack &&
  inner.y + inner.height <= outer.y + outer.height + slack;

const pictureOf = (scene: Scene): Rect => bounds(scene.items.find(({ kind }) => kind === "picture") as Item);

test("everything stays on the canvas, and only boxes and tags are on the picture, at every size", () => {
  const next = random(3);
  for (const [width, height] of SIZES)
    for (const count of [0, 1, 8, 60]) {
      const findings = findingsOn(width, height, count, next);
      const scene = overlayScene(overlayInput(width, height, findings));
      const canvas = { x: 0, y: 0, width: scene.width, height: scene.height };
      const area = pictureOf(scene);
      const { text } = styleFor(area);
      const name = `${width} x ${height}, ${count} boxes`;
      assert.ok(Number.isInteger(scene.width) && Number.isInteger(scene.height), name);
      for (const item of scene.items) {
        const rect = bounds(item);
        assert.ok(within(rect, canvas, 0.5), `${name}: ${JSON.stringify({ ...item, image: 0 })}`);
        if (item.kind === "picture" || overlap(rect, area) === 0) continue;
        // A tag that is wider than a very narrow picture cannot stay inside it.
        if (area.width > 15 * text && area.height > 3 * text)
          assert.ok(within(rect, area, 0.1 * text), `${name}: half on the picture ${JSON.stringify(item)}`);
      }
      assert.is(scene.items.filter(({ kind }) => kind === "outline").length, count, name);
    }
});

test("tags overlap neither each other nor their own box while there is room", () => {
  const next = random(11);
  const area = { x: 10, y: 20, width: 800, height: 1000 };
  for (let round = 0; round < 40; round++) {
    const boxes = Array.from({ length: 15 }, () => {
      const [width, height] = [20 + 80 * next(), 20 + 80 * next()];
      const [x, y] = [10 + next() * (800 - width), 20 + next() * (1000 - height)];
      return { x, y, width, height };
    });
    const sizes = boxes.map(() => [
      { width: 140, height: 20 },
      { width: 20, height: 20 },
    ]);
    const tags = placeTags(boxes, sizes, area, 3);
    assert.is(tags.length, 15);
    for (const [i, { rect, variant, leader }] of tags.entries()) {
      assert.ok(within(rect, area, 1e-9));
      assert.is(rect.width, sizes[i][variant].width);
      for (const other of tags.slice(0, i)) assert.is(overlap(rect, other.rect), 0);
      if (leader === null) continue;
      const [, to] = leader;
      assert.ok(within({ ...to, width: 0, height: 0 }, boxes[i], 1e-9));
    }
  }
});

test("boxes lie where the report says, moved by at most a pixel", () => {
  const findings = findingsOn(700, 900, 5, random(5));
  const scene = overlayScene(overlayInput(700, 900, findings));
  const area = pictureOf(scene);
  const size = ({ width, height }: Rect): number => width * height;
  const drawn = scene.items
    .filter(({ kind }) => kind === "outline")
    .map(bounds)
    .sort((a, b) => size(b) - size(a));
  findings.sort(({ box: a }, { box: b }) => (b[2] - b[0]) * (b[3] - b[1]) - (a[2] - a[0]) * (a[3] - a[1]));
  for (const [i, { box }] of findings.entries()) {
    const [x0, y0, x1, y1] = box;
    const wanted = { x: area.x + x0, y: area.y + y0, width: x1 - x0, height: y1 - y0 };
    if (Math.min(wanted.width, wanted.height) < 8) continue;
    for (const side of ["x", "y", "width", "height"] as const)
      assert.ok(Math.abs(drawn[i][side] - wanted[side]) <= 2, `${side} of box ${i}`);
  }
});

test("small pictures are enlarged, large ones shrunk, others left alone", () => {
  assert.equal(shownSize({ width: 100, height: 100 }), { width: 512, height: 512 });
  assert.equal(shownSize({ width: 600, height: 1000 }), { width: 600, height: 1000 });
  assert.equal(shownSize({ width: 3000, height: 3000 }), { width: 3000, height: 3000 });
  assert.equal(shownSize({ width: 8192, height: 2048 }), { width: 4096, height: 1024 });
  assert.equal(shownSize({ width: 10, height: 1024 }), { width: 20, height: 2048 });
});

test("suppressed findings are drawn on request only, dashed, and named in the legend", () => {
  const suppressed = [{ label: "Osteophytes", score: 0.2, box: [10, 10, 60, 60] as const }];
  const input = overlayInput(600, 800, [], { suppressed });
  const outlines = (scene: Scene) => scene.items.filter(({ kind }) => kind === "outline");
  const texts = (scene: Scene) => scene.items.flatMap((item) => (item.kind === "text" ? [item.text] : []));
  const plain = overlayScene(input);
  assert.is(outlines(plain).length, 0);
  assert.ok(texts(plain).includes("0 findings, 1 suppressed"));
  const all = overlayScene({ ...input, suppressed: true });
  assert.ok(outlines(all).every((item) => item.kind === "outline" && item.dashed));
  assert.ok(texts(all).includes("Osteophytes, suppressed (1)"));
});

test("however many classes and boxes there are, the canvas stays bounded", () => {
  const labels = Array.from({ length: 900 }, (_, i) => `class ${i}`);
  const findings = findingsOn(200, 300, 900, random(1)).map((finding, i) => ({
    ...finding,
    label: labels[i],
  }));
  const { width, height, items } = overlayScene({ ...overlayInput(200, 300, findings), labels });
  assert.ok(width * height < 2e6, `${width} x ${height}`);
  assert.ok(items.some((item) => item.kind === "text" && item.text === "877 more classes (877)"));
});

test("verdict, probability, threshold, purpose and warnings are always said", () => {
  const said = (input: Parameters<typeof overlayScene>[0]) =>
    overlayScene(input)
      .items.flatMap((item) => (item.kind === "text" ? [item.text] : []))
      .join("\n");
  const plain = said(overlayInput(600, 1000, []));
  for (const part of [
    "Abnormal",
    "probability 0.700",
    "threshold 0.300",
    "RESEARCH USE ONLY",
    "synthetic phantoms",
  ])
    assert.ok(plain.includes(part), part);
  const unknown = said({ ...overlayInput(600, 1000, [], { abnormal: null }), labels: null });
  assert.match(unknown, /No verdict/);
  assert.match(unknown, /lesions were not looked for/);
  assert.not.match(unknown, /Findings/);
});

test("class colours stand out from their rim and differ; texts on them can be read", () => {
  const colours = Array.from({ length: 7 }, (_, i) => classColour(i));
  assert.is(new Set(colours.map(String)).size, 7);
  for (const colour of colours) {
    assert.ok(contrast(colour, BLACK) >= 3);
    assert.ok(contrast(colour, textOn(colour)) >= 4.5);
  }
  assert.is(classColour(7), classColour(0));
});

test("the font has all of ASCII; other characters become what it has", () => {
  const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
  assert.is(printable(ascii), ascii);
  assert.is(printable("Köln\n\tà  gauche 漢 \ud800"), "Koln a gauche ? ?");
  for (const character of ascii.slice(1)) {
    const lines = textStrokes(character, 100, 50, 20);
    assert.ok(
      lines.length > 0 && lines.every((line) => line.length >= 4 && line.every(Number.isFinite)),
      character,
    );
    const xs = lines.flatMap((line) => line.filter((_, i) => i % 2 === 0));
    assert.ok(Math.min(...xs) >= 100 && Math.max(...xs) <= 100 + textWidth(character, 20), character);
  }
});

test("text is cut and wrapped to its room", () => {
  const words =
    "Sentences a reader must see: the package's own, the picture's, and what was not done at all.";
  for (const width of [60, 100, 333]) {
    const lines = wrapText(words, 14, width, 4);
    assert.ok(lines.length <= 4);
    for (const line of lines) assert.ok(plainText(line, 14).width <= width, line);
  }
  assert.is(wrapText(words, 14, 1e4, 3).join(" "), words);
  assert.is(fitText("short", 14, 1e3), "short");
  assert.match(fitText("W".repeat(99), 14, 200), /^W+\.\.\.$/);
});

test.run();
