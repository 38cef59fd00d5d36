/** The page without a pointer, and for people who hear it. */
import { readFileSync } from "node:fs";
import { assert, suite } from "../shim.ts";
import { Demo, drop, engineReady, SAMPLE, screened, shownBoxes } from "./support.ts";

const test = suite("demo: keyboard");
const demo = new Demo();
test.after(() => demo.close());

test("everything is reached with Tab, has a name, and the focus can be seen", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  await drop(page, [{ name: "a.dcm", bytes: readFileSync(SAMPLE) }]);
  await screened(page, 1);
  const seen: string[] = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      if (element === document.body) return null;
      const labels = (element as HTMLInputElement).labels ?? [];
      const name =
        element.getAttribute("aria-label") ??
        [...labels].map((label) => label.textContent).join(" ") + element.innerText;
      const style = getComputedStyle(element);
      return {
        id: element.id || element.dataset.do || element.className || element.tagName,
        name: name.trim(),
        ring: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1,
      };
    });
    if (at === null || seen.includes(`${at.id} ${at.name}`)) break;
    assert.ok(at.name !== "", `${at.id} has no name`);
    assert.ok(at.ring, `the focus on ${at.id} cannot be seen`);
    seen.push(`${at.id} ${at.name}`);
  }
  const ids = seen.map((one) => one.split(" ")[0]);
  for (const id of [
    "skip",
    "engine-chip",
    "help-open",
    "theme",
    "open",
    "samples",
    "phantom",
    "item",
    "stage",
    "zoom-out",
  ])
    assert.ok(ids.includes(id), `${id} is not among ${ids.join(", ")}`);
  for (const id of ["save-json", "save-png", "least", "by-model", "dropped", "backend", "threads"])
    assert.ok(ids.includes(id), `${id} is not among ${ids.join(", ")}`);
  assert.equal(problems, []);
  await context.close();
});

test("from an empty page to a chosen finding by keys alone; results are told", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  await page.locator("#samples").focus();
  await page.keyboard.press("Enter");
  await screened(page, 2);
  assert.match((await page.locator("#live").textContent()) ?? "", /(normal|abnormal), probability [\d.]+/);
  await page.locator(".item").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.is(await page.locator('.item[aria-current="true"]').getAttribute("title"), "lumbar-ap.dcm");
  await page.keyboard.press("ArrowUp");
  await page.locator("#stage").focus();
  assert.match(
    (await page.locator("#stage").getAttribute("aria-label")) ?? "",
    "lumbar-lateral.dcm: abnormal",
  );
  const zoom = () => page.locator("#zoom").innerText();
  const fitted = await zoom();
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  assert.is.not(await zoom(), fitted);
  await page.keyboard.press("1");
  assert.is(await zoom(), "100 %");
  await page.keyboard.press("0");
  assert.is(await zoom(), fitted);
  await page.keyboard.press("Shift+ArrowUp");
  assert.match(await page.locator("#corner-window").innerText(), /^W \d+/);
  await page.keyboard.press("i");
  assert.match(await page.locator("#corner-window").innerText(), "inverted");
  await page.keyboard.press("r");
  assert.not.match(await page.locator("#corner-window").innerText(), "inverted");
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await page.locator("#boxes .box.lit").waitFor();
  assert.is(
    (await shownBoxes(page)).findIndex(({ lit }) => lit),
    1,
  );
  await page.keyboard.press("b");
  await page.locator("#boxes .box").first().waitFor({ state: "detached" });
  await page.keyboard.press("b");
  await page.keyboard.press("PageDown");
  await page.locator('.item[title="lumbar-ap.dcm"][aria-current="true"]').waitFor();
  await page.keyboard.press("?");
  assert.ok(await page.locator("#help").isVisible());
  await page.keyboard.press("Escape");
  await page.locator(".item").nth(1).focus();
  await page.keyboard.press("Delete");
  assert.is(await page.locator(".item").count(), 1);
  assert.equal(problems, []);
  await context.close();
});

/** WCAG 2.1: text against what lies behind it. */
for (const colorScheme of ["dark", "light"] as const) {
  test(`${colorScheme}: text has a contrast of 4.5 and nothing is wider than a phone`, async () => {
    const { page, context } = await demo.open({ colorScheme, viewport: { width: 360, height: 740 } });
    await engineReady(page);
    await page.click("#samples");
    await screened(page, 2);
    for (const summary of await page.locator("summary").all()) await summary.click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.is(wide, 360);
    const poor = await page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
      const rgba = (colour: string): number[] => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const light = (rgb: number[]): number => {
        const [r, g, b] = rgb.map((value) => {
          const c = value / 255;
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      const behind = (element: Element | null): number[] => {
        if (element === null) return [255, 255, 255];
        const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor) as [
          number,
          number,
          number,
          number,
        ];
        if (a === 255) return [r, g, b];
        const below = behind(element.parentElement);
        return [r, g, b].map((value, i) => (value * a + below[i]! * (255 - a)) / 255);
      };
      const found: string[] = [];
      for (const element of document.querySelectorAll<HTMLElement>("body *")) {
        const own = [...element.childNodes].some(
          (node) => node.nodeType === 3 && node.textContent!.trim() !== "",
        );
        const hidden = element.closest(
          "[hidden], svg, dialog, noscript, option, :disabled, .unseen, .drop-veil, .skip",
        );
        if (!own || hidden || element.getClientRects().length === 0) continue;
        const [front, back] = [
          light(rgba(getComputedStyle(element).color).slice(0, 3)),
          light(behind(element)),
        ];
        const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        if (ratio < 4.5)
          found.push(
            `${element.className || element.tagName} "${element.textContent!.slice(0, 20)}" ${ratio.toFixed(2)}`,
          );
      }
      return found;
    });
    assert.equal(poor, []);
    await context.close();
  });
}

test.run();
