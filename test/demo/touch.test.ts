/** Fingers on a phone: move, pinch, window and level. */
import { assert, suite } from "../shim.ts";
import { Demo, engineReady, screened, shownBoxes } from "./support.ts";

const test = suite("demo: touch");
const demo = new Demo();
test.after(() => demo.close());

test("one finger moves or changes grey values, two change the size", async () => {
  const { page, problems, context } = await demo.open({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await engineReady(page);
  await page.locator("#samples").tap();
  await screened(page, 2);
  await page.locator("#stage").scrollIntoViewIfNeeded();
  const fingers = await context.newCDPSession(page);
  /** Fingers at distances from the middle, one list after another. */
  const move = async (steps: readonly (readonly (readonly [number, number])[])[]): Promise<void> => {
    // Tapping elsewhere scrolls.
    const { x, y, width, height } = (await page.locator("#stage").boundingBox())!;
    const [middleX, middleY] = [x + width / 2, y + height / 2];
    for (const [i, points] of steps.entries())
      await fingers.send("Input.dispatchTouchEvent", {
        type: i === 0 ? "touchStart" : "touchMove",
        touchPoints: points.map(([dx, dy], id) => ({ x: middleX + dx, y: middleY + dy, id })),
      });
    await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    // Moves come to the page with its next frame.
    await shownBoxes(page);
  };
  const widths = async (): Promise<number[]> => (await shownBoxes(page)).map(({ drawn }) => drawn[2]!);
  const before = await shownBoxes(page);
  await move([[[0, 0]], [[10, 20]], [[30, 60]]]);
  const moved = await shownBoxes(page);
  const dy = moved[0]!.drawn[1]! - before[0]!.drawn[1]!;
  assert.ok(dy > 30 && dy <= 61, `moved by ${dy}`);
  assert.ok(Math.abs(moved[0]!.drawn[2]! - before[0]!.drawn[2]!) < 0.01);
  await move([
    [
      [-20, 0],
      [20, 0],
    ],
    [
      [-40, 0],
      [40, 0],
    ],
    [
      [-60, 0],
      [60, 0],
    ],
  ]);
  const ratio = (await widths())[0]! / moved[0]!.drawn[2]!;
  assert.ok(ratio > 2 && ratio < 4, `grew by ${ratio}`);
  await page.locator('[data-do="window"]').tap();
  await move([[[0, 0]], [[20, -10]], [[50, -40]]]);
  await page.locator("#corner-window", { hasText: /^W \d+ L -?\d+/ }).waitFor();
  assert.equal(problems, []);
  await context.close();
});

test.run();
