/** Arithmetic of the viewer: where the picture lies, how grey it is. */
import {
  around,
  boxAt,
  fit,
  inSight,
  limits,
  pan,
  toPicture,
  toStage,
  zoomAt,
} from "../../demo/viewer/transform.ts";
import { dragWindow, grey, greyTable, nearestWindow } from "../../demo/viewer/window-level.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("demo: viewer maths");
const next = random(11);
const between = (low: number, high: number): number => low + next() * (high - low);
const near = (a: number, b: number, within: number, what = ""): void =>
  assert.ok(Math.abs(a - b) <= within, `${what} ${a} is not ${b}`);

test("a fitted picture is whole, in the middle and touches a margin", () => {
  for (let round = 0; round < 200; round++) {
    const picture = { width: Math.ceil(between(1, 5000)), height: Math.ceil(between(1, 5000)) };
    const stage = { width: between(40, 4000), height: between(40, 2000) };
    const view = fit(picture, stage, 12);
    const [left, top] = [view.x, view.y];
    const right = stage.width - (view.x + picture.width * view.scale);
    const bottom = stage.height - (view.y + picture.height * view.scale);
    near(left, right, 1e-6);
    near(top, bottom, 1e-6);
    near(Math.min(left, top), 12, 1e-6);
  }
});

test("zooming keeps the point under the pointer and stays within limits", () => {
  const picture = { width: 900, height: 1400 };
  const stage = { width: 800, height: 700 };
  for (let round = 0; round < 300; round++) {
    const at = { x: between(300, 500), y: between(200, 500) };
    const view = fit(picture, stage);
    const zoomed = zoomAt(view, between(1, 8), at, picture, stage);
    const [before, after] = [toPicture(view, at), toPicture(zoomed, at)];
    near(before.x, after.x, 1e-6);
    near(before.y, after.y, 1e-6);
    const back = toStage(zoomed, after);
    near(back.x, at.x, 1e-6);
    near(back.y, at.y, 1e-6);
  }
  const { least, most } = limits(picture, stage);
  const view = fit(picture, stage);
  near(zoomAt(view, 1e-9, { x: 0, y: 0 }, picture, stage).scale, least, 1e-9);
  near(zoomAt(view, 1e9, { x: 0, y: 0 }, picture, stage).scale, most, 1e-9);
});

test("something of the picture is always in sight", () => {
  const picture = { width: 500, height: 300 };
  const stage = { width: 640, height: 480 };
  for (let round = 0; round < 300; round++) {
    const view = pan(
      { scale: between(0.02, 10), x: between(-1e4, 1e4), y: between(-1e4, 1e4) },
      between(-1e4, 1e4),
      between(-1e4, 1e4),
      picture,
      stage,
    );
    const seen = Math.min(48, picture.width * view.scale);
    assert.ok(view.x + picture.width * view.scale >= seen - 1e-6);
    assert.ok(view.x <= stage.width - seen + 1e-6);
    assert.equal(inSight(view, picture, stage), view);
  }
});

test("a box that is looked at lies in the middle", () => {
  const picture = { width: 2000, height: 3000 };
  const stage = { width: 800, height: 600 };
  const box = [900, 1400, 1000, 1500] as const;
  const view = around(box, picture, stage);
  const middle = toStage(view, { x: 950, y: 1450 });
  near(middle.x, 400, 1e-6);
  near(middle.y, 300, 1e-6);
  assert.ok(view.scale > fit(picture, stage).scale);
  assert.ok(around([0, 0, 2000, 3000], picture, stage).scale >= fit(picture, stage).scale);
});

test("the smallest box under the pointer is meant", () => {
  const boxes = [
    [0, 0, 100, 100],
    [40, 40, 60, 60],
    [200, 200, 210, 210],
  ] as const;
  assert.is(boxAt(boxes, { x: 50, y: 50 }), 1);
  assert.is(boxAt(boxes, { x: 10, y: 50 }), 0);
  assert.is(boxAt(boxes, { x: 150, y: 150 }), -1);
  assert.is(boxAt(boxes, { x: 195, y: 205 }), -1);
  assert.is(boxAt(boxes, { x: 195, y: 205 }, 8), 2);
  assert.is(boxAt([], { x: 0, y: 0 }), -1);
});

test("the window nearest to a straight one is that one", () => {
  for (let round = 0; round < 60; round++) {
    const wanted = { center: between(500, 3000), width: between(200, 3500), dark: next() < 0.5 };
    const samples = Uint16Array.from({ length: 30_000 }, () => between(0, 4096));
    const shown = Uint8Array.from(samples, (value) => grey(wanted, value));
    const found = nearestWindow(samples, shown);
    assert.is(found.dark, wanted.dark);
    near(found.center, wanted.center, wanted.width * 0.01, "center");
    near(found.width, wanted.width, wanted.width * 0.02, "width");
  }
  const flat = nearestWindow(new Uint16Array(50).fill(7), new Uint8Array(50));
  assert.ok(flat.width >= 1 && Number.isFinite(flat.center));
});

test("windows map their ends to black and white, tables agree", () => {
  const window = { center: 100, width: 200, dark: false };
  assert.is(grey(window, 0), 0);
  assert.is(grey(window, 200), 255);
  assert.is(grey(window, -1000), 0);
  assert.is(grey({ ...window, dark: true }, 0), 255);
  const table = greyTable(window, -50, 300);
  for (let value = -50; value <= 300; value++) assert.is(table[value + 50], grey(window, value));
});

test("dragging up brightens, to the right widens, whichever end is dark", () => {
  const stage = { width: 500, height: 400 };
  for (const dark of [false, true]) {
    const from = { center: 1000, width: 600, dark };
    const up = dragWindow(from, 0, -100, stage);
    assert.ok(grey(up, 1000) > grey(from, 1000), `dark ${dark}`);
    assert.ok(dragWindow(from, 100, 0, stage).width > from.width);
    assert.ok(dragWindow(from, -1e6, 0, stage).width >= 1);
    assert.equal(dragWindow(from, 0, 0, stage), from);
  }
});

test.run();
