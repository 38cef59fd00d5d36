/** A map of attenuation (dimensionless, along the beam) that shapes are added to. Coordinates are pixels unless a frame is given. */
import { boxBlur } from "./blur.ts";
import type { Frame, Point } from "./frame.ts";
import { reuse } from "./reuse.ts";
import { type Texture, TILE } from "./texture.ts";

/** A point of a tube's axis and the tube's radius there. */
export interface Knot extends Point {
  readonly r: number;
}

export interface Grain {
  readonly texture: Texture;
  readonly depth: number;
  readonly step: number;
}

interface Area {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  readonly #scratch: Float32Array;
  readonly #area: Area = { x0: 0, y0: 0, x1: 0, y1: 0 };
  /** What of each row of the scratch map is in use: from, up to. */
  readonly #from: Int32Array;
  readonly #upTo: Int32Array;

  /** The map's memory is reused by the next canvas of the same name. */
  constructor(width: number, height: number, name: "soft" | "plate") {
    this.width = width;
    this.height = height;
    this.data = reuse(name, width * height);
    this.#scratch = reuse(`${name} scratch`, width * height);
    this.#from = new Int32Array(height).fill(width);
    this.#upTo = new Int32Array(height);
  }

  /** Adds f(x, y) of the frame's coordinates within the frame's rectangle. */
  paint(
    frame: Frame,
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    f: (x: number, y: number) => number,
  ): void {
    const { ox, oy, ax, ay, bx, by } = frame;
    const xs = [x0 * ax + y0 * bx, x1 * ax + y0 * bx, x0 * ax + y1 * bx, x1 * ax + y1 * bx];
    const ys = [x0 * ay + y0 * by, x1 * ay + y0 * by, x0 * ay + y1 * by, x1 * ay + y1 * by];
    const left = Math.max(0, Math.floor(ox + Math.min(...xs)));
    const right = Math.min(this.width - 1, Math.ceil(ox + Math.max(...xs)));
    const top = Math.max(0, Math.floor(oy + Math.min(...ys)));
    const bottom = Math.min(this.height - 1, Math.ceil(oy + Math.max(...ys)));
    const det = ax * by - ay * bx;
    const stepX = by / det;
    const stepY = -ay / det;
    for (let py = top; py <= bottom; py++) {
      let x = ((left + 0.5 - ox) * by - (py + 0.5 - oy) * bx) / det;
      let y = ((py + 0.5 - oy) * ax - (left + 0.5 - ox) * ay) / det;
      const row = py * this.width;
      for (let px = left; px <= right; px++, x += stepX, y += stepY) {
        if (x < x0 || x > x1 || y < y0 || y > y1) continue;
        this.data[row + px] += f(x, y);
      }
    }
  }

  /** An ellipsoid: `amount` along the beam through its middle. Half axes in the frame's millimetres. */
  ellipsoid(frame: Frame, rx: number, ry: number, amount: number): void {
    this.paint(frame, -rx, -ry, rx, ry, (x, y) => {
      const d = (x * x) / (rx * rx) + (y * y) / (ry * ry);
      return d < 1 ? amount * Math.sqrt(1 - d) : 0;
    });
  }

  /**
   * A round tube along the knots; its parts do not add up where they overlap. `core` is the attenuation along the beam
   * through the middle of a full tube, `wall` that of a wall (in pixels thick) where it is seen end on.
   */
  tube(knots: readonly Knot[], core: number, wall = 0, thickness = 1): void {
    this.#begin();
    for (let i = 1; i < knots.length; i++) this.#segment(knots[i - 1], knots[i]);
    const radius = knots.reduce((sum, { r }) => sum + r, 0) / knots.length;
    const ratio = Math.min(thickness / radius, 1);
    const hollow = ratio * (2 - ratio);
    const wallScale = wall / Math.sqrt(hollow);
    const { y0, y1 } = this.#area;
    const { data, width } = this;
    const scratch = this.#scratch;
    for (let y = y0; y < y1; y++) {
      const end = y * width + this.#upTo[y];
      for (let at = y * width + this.#from[y]; at < end; at++) {
        const inside = scratch[at];
        if (inside <= 0) continue;
        const chord = Math.sqrt(inside);
        let value = core * chord;
        if (wall > 0) value += wallScale * (inside > hollow ? chord - Math.sqrt(inside - hollow) : chord);
        data[at] += value;
        scratch[at] = 0;
      }
      this.#release(y);
    }
  }

  /**
   * Fills a closed outline (even-odd); `softness` blurs its edge by that many pixels. A grain makes the amount uneven by
   * `depth`, with `step` samples per pixel.
   */
  fill(points: readonly Point[], amount: number, softness = 0, grain?: Grain): void {
    this.mask(points, softness);
    const { y0, y1 } = this.#area;
    const { data, width } = this;
    const scratch = this.#scratch;
    for (let y = y0; y < y1; y++) {
      const first = this.#from[y];
      const upTo = this.#upTo[y];
      const row = y * width;
      if (grain === undefined) for (let x = first; x < upTo; x++) data[row + x] += amount * scratch[row + x];
      else {
        const { texture, depth, step } = grain;
        const line = ((y * step) & (TILE - 1)) * TILE;
        for (let x = first; x < upTo; x++)
          data[row + x] +=
            amount * scratch[row + x] * (1 + depth * texture.data[line + ((x * step) & (TILE - 1))]);
      }
      if (first < upTo) scratch.fill(0, row + first, row + upTo);
      this.#release(y);
    }
  }

  /** Multiplies the map by 1 + amount inside the outline. */
  multiply(points: readonly Point[], amount: number, softness: number): void {
    this.mask(points, softness);
    const { y0, y1 } = this.#area;
    for (let y = y0; y < y1; y++) {
      const end = y * this.width + this.#upTo[y];
      for (let at = y * this.width + this.#from[y]; at < end; at++) {
        this.data[at] *= 1 + amount * this.#scratch[at];
        this.#scratch[at] = 0;
      }
      this.#release(y);
    }
  }

  /** Coverage of the outline in the scratch map, blurred. */
  private mask(points: readonly Point[], softness: number): void {
    this.#begin();
    this.#cover(points);
    const area = this.#area;
    const radius = Math.round(softness / 2);
    if (radius < 1 || area.x1 <= area.x0) return;
    const grow = radius * 2 + 1;
    this.#touch(area.x0 - grow, area.y0 - grow, area.x1 + grow, area.y1 + grow);
    const w = area.x1 - area.x0;
    const h = area.y1 - area.y0;
    const part = new Float32Array(w * h);
    for (let y = 0; y < h; y++) {
      const from = (area.y0 + y) * this.width + area.x0;
      part.set(this.#scratch.subarray(from, from + w), y * w);
    }
    boxBlur(part, w, h, radius, radius > 1 ? 2 : 1);
    for (let y = 0; y < h; y++)
      this.#scratch.set(part.subarray(y * w, (y + 1) * w), (area.y0 + y) * this.width + area.x0);
  }

  #begin(): void {
    Object.assign(this.#area, { x0: this.width, y0: this.height, x1: 0, y1: 0 });
  }

  #touch(x0: number, y0: number, x1: number, y1: number): Area {
    const area = this.#area;
    const part = {
      x0: Math.max(0, Math.floor(x0)),
      y0: Math.max(0, Math.floor(y0)),
      x1: Math.min(this.width, Math.ceil(x1) + 1),
      y1: Math.min(this.height, Math.ceil(y1) + 1),
    };
    if (part.x0 >= part.x1 || part.y0 >= part.y1) return { x0: 0, y0: 0, x1: 0, y1: 0 };
    area.x0 = Math.min(area.x0, part.x0);
    area.y0 = Math.min(area.y0, part.y0);
    area.x1 = Math.max(area.x1, part.x1);
    area.y1 = Math.max(area.y1, part.y1);
    for (let y = part.y0; y < part.y1; y++) {
      if (part.x0 < this.#from[y]) this.#from[y] = part.x0;
      if (part.x1 > this.#upTo[y]) this.#upTo[y] = part.x1;
    }
    return part;
  }

  /** 1 on the axis, 0 at the surface; the larger where segments meet. */
  #segment(a: Knot, b: Knot): void {
    const reach = Math.max(a.r, b.r);
    const part = this.#touch(
      Math.min(a.x, b.x) - reach,
      Math.min(a.y, b.y) - reach,
      Math.max(a.x, b.x) + reach,
      Math.max(a.y, b.y) + reach,
    );
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const scale = 1 / Math.max(dx * dx + dy * dy, 1e-9);
    const slope = b.r - a.r;
    const level = Math.abs(dy) < 0.01;
    const lean = level ? 0 : dx / dy;
    const half = level ? 2 * this.width : reach * Math.sqrt(1 + lean * lean) + 1;
    const scratch = this.#scratch;
    for (let y = part.y0; y < part.y1; y++) {
      const ey = y + 0.5 - a.y;
      // Where the row crosses the strip of this width along the axis.
      const crossing = a.x + ey * lean;
      const first = Math.max(part.x0, Math.floor(crossing - half));
      const upTo = Math.min(part.x1, Math.ceil(crossing + half));
      for (let x = first, at = y * this.width + first; x < upTo; x++, at++) {
        const ex = x + 0.5 - a.x;
        let t = (ex * dx + ey * dy) * scale;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const fx = ex - t * dx;
        const fy = ey - t * dy;
        const r = a.r + slope * t;
        const inside = 1 - (fx * fx + fy * fy) / (r * r);
        if (inside > scratch[at]) scratch[at] = inside;
      }
    }
  }

  #cover(points: readonly Point[]): void {
    const ys = points.map(({ y }) => y);
    const xs = points.map(({ x }) => x);
    const area = this.#touch(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
    const SUB = 3;
    const hits: number[] = [];
    for (let y = area.y0; y < area.y1; y++)
      for (let s = 0; s < SUB; s++) {
        const sy = y + (s + 0.5) / SUB;
        hits.length = 0;
        for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
          const p = points[i];
          const q = points[j];
          if (p.y > sy !== q.y > sy) hits.push(p.x + ((q.x - p.x) * (sy - p.y)) / (q.y - p.y));
        }
        hits.sort((a, b) => a - b);
        for (let i = 0; i + 1 < hits.length; i += 2) this.#span(y, hits[i], hits[i + 1], 1 / SUB);
      }
  }

  #span(y: number, from: number, to: number, amount: number): void {
    const a = Math.max(0, from);
    const b = Math.min(this.width, to);
    if (b <= a) return;
    const first = Math.floor(a);
    const last = Math.min(Math.floor(b), this.width - 1);
    const row = y * this.width;
    if (first === last) {
      this.#scratch[row + first] += amount * (b - a);
      return;
    }
    this.#scratch[row + first] += amount * (first + 1 - a);
    for (let x = first + 1; x < last; x++) this.#scratch[row + x] += amount;
    this.#scratch[row + last] += amount * (b - last);
  }

  #release(y: number): void {
    this.#from[y] = this.width;
    this.#upTo[y] = 0;
  }
}

/** A closed smooth curve through the points (Catmull-Rom, `steps` pieces between neighbours). */
export function smoothLoop(points: readonly Point[], steps = 6): Point[] {
  const n = points.length;
  const out: Point[] = [];
  for (let i = 0; i < n; i++)
    for (let s = 0; s < steps; s++)
      out.push(
        catmull(points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n], s / steps),
      );
  return out;
}

/** An open smooth curve through the points. */
export function smoothPath<P extends Point>(points: readonly P[], steps = 6): Point[] {
  const n = points.length;
  const out: Point[] = [];
  for (let i = 0; i + 1 < n; i++)
    for (let s = 0; s < steps; s++)
      out.push(
        catmull(
          points[Math.max(i - 1, 0)],
          points[i],
          points[i + 1],
          points[Math.min(i + 2, n - 1)],
          s / steps,
        ),
      );
  out.push({ x: points[n - 1].x, y: points[n - 1].y });
  return out;
}

function catmull(p0: Point, p1: Point, p2: Point, p3: Point, t: number): Point {
  const one = (a: number, b: number, c: number, d: number): number =>
    b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  return { x: one(p0.x, p1.x, p2.x, p3.x), y: one(p0.y, p1.y, p2.y, p3.y) };
}
