/** A scene as SVG: the picture as PNG inside, text as text. */
import { encodePng } from "../image/png-write.ts";
import { escapeXml } from "../metrics/plots/chart.ts";
import { hex, type Rgb } from "./colours.ts";
import { dashes, type Item, type Rect, rim, type Scene } from "./scene.ts";

/** About as wide as the built-in font; programs that honour textLength make it exact, and for the others it is set smaller. */
const FONTS = "Arial, Helvetica, 'Liberation Sans', 'Nimbus Sans', 'DejaVu Sans Condensed', sans-serif";
const FONT_SCALE = 0.93;

/** A complete document; without any reference to elsewhere, so it may also stand inside a page. */
export function renderSvg(scene: Scene): string {
  const { width, height, background, title, description, items } = scene;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${FONTS}">`,
    `<title>${clean(title)}</title>`,
    `<desc>${clean(description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${hex(background)}"/>`,
    ...items.map(element),
    "</svg>",
    "",
  ].join("\n");
}

function element(item: Item): string {
  switch (item.kind) {
    case "picture":
      return `<image ${place(item.rect)} preserveAspectRatio="none" href="${pngUri(item.image)}"/>`;
    case "fill":
      return `<rect ${place(item.rect)} rx="${round(item.radius)}" fill="${hex(item.colour)}"${item.opacity < 1 ? ` fill-opacity="${item.opacity}"` : ""}/>`;
    case "outline": {
      const { rect, colour, stroke } = item;
      const dash = item.dashed ? ` stroke-dasharray="${dashes(stroke).map(round).join(" ")}"` : "";
      return rimmed(colour, stroke, (paint) => `<rect ${place(rect)} fill="none" ${paint}${dash}/>`);
    }
    case "line": {
      const { from, to, colour, stroke } = item;
      const path = `M${round(from.x)} ${round(from.y)}L${round(to.x)} ${round(to.y)}`;
      return rimmed(
        colour,
        stroke,
        (paint) => `<path d="${path}" fill="none" stroke-linecap="round" ${paint}/>`,
      );
    }
    case "text": {
      const { x, baseline, size, width, text, colour, bold } = item;
      const weight = bold ? ' font-weight="600"' : "";
      return `<text x="${round(x)}" y="${round(baseline)}" font-size="${round(size * FONT_SCALE)}"${weight} fill="${hex(colour)}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs">${clean(text)}</text>`;
    }
  }
}

function rimmed(colour: Rgb, stroke: number, draw: (paint: string) => string): string {
  const wide = stroke + 2 * rim(stroke);
  return (
    draw(`stroke="#000000" stroke-opacity="0.65" stroke-width="${round(wide)}"`) +
    draw(`stroke="${hex(colour)}" stroke-width="${round(stroke)}"`)
  );
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
const place = ({ x, y, width, height }: Rect): string =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;

function pngUri(image: Extract<Item, { kind: "picture" }>["image"]): string {
  const bytes = encodePng(image);
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:image/png;base64,${btoa(binary)}`;
}

/** Escaped; control characters and lone surrogates, which XML cannot hold, become blanks. */
const clean = (text: string): string => escapeXml(text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, " "));
