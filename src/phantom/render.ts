/** A plan's pixels. */

import { levelFrame } from "./anatomy/spine.ts";
import { develop } from "./film.ts";
import type { Addition } from "./lesions/sites.ts";
import { paintBody, paintDisc } from "./painters/body.ts";
import { paintExtras } from "./painters/extras.ts";
import { paintHead } from "./painters/head.ts";
import { paintMarkers } from "./painters/markers.ts";
import { paintPelvis } from "./painters/pelvis.ts";
import type { Pen } from "./painters/pen.ts";
import { paintPosteriorAp } from "./painters/posterior-ap.ts";
import { paintPosteriorLateral } from "./painters/posterior-lateral.ts";
import type { Scene } from "./painters/surroundings.ts";
import { paintRibs, paintShoulders } from "./painters/thorax.ts";
import { paintAirway, paintBowel, paintLungs, paintOrgans, paintTrunk } from "./painters/trunk.ts";
import { enlarger } from "./picture/blur.ts";
import { Canvas } from "./picture/canvas.ts";
import { type Frame, zoomFrame } from "./picture/frame.ts";
import { texture } from "./picture/texture.ts";
import type { PhantomPlan } from "./plan.ts";
import { collimatorMask, plateSize } from "./view.ts";

/** Soft tissue has no sharp edges: it is painted with a third of the pixels per side. */
const COARSE = 3;

/** Samples 0 .. 4095, row-major, height * width; bright (high) is dense. Takes about 80 ms at 1000 x 600 on one core. */
export function renderPhantom(plan: PhantomPlan): Uint16Array {
  const { width, height, field, longest } = plan;
  const grain = texture(plan.stream("grain"), [
    { cell: 8, weight: 0.35 },
    { cell: 4, weight: 0.5 },
    { cell: 2, weight: 0.4 },
  ]);
  const soft = new Canvas(Math.ceil(width / COARSE), Math.ceil(height / COARSE), "soft");
  paintSoftTissue({ canvas: soft, grain }, sceneOf(plan, "soft", zoomFrame(plan.root, 1 / COARSE)));
  const reference = softReference(soft, plan);
  const canvas = new Canvas(width, height, "plate");
  const coarse = { data: soft.data, width: soft.width, height: soft.height, factor: COARSE };
  const enlarged = enlarger(coarse, width);
  for (let y = 0; y < height; y++) canvas.data.set(enlarged(y), y * width);
  const pen: Pen = { canvas, grain };
  paintBones(pen, plan);
  for (const addition of plan.additions) paintAddition(pen, addition);
  const { scale } = plateSize(field, longest);
  const plate: Frame = { ox: width / 2, oy: height / 2, ax: scale, ay: 0, bx: 0, by: scale };
  const { widthMm, heightMm } = field;
  paintExtras(pen, { widthMm, heightMm, frame: plate }, plan.stream("extras"), sceneOf(plan, "extras"));
  const [x0, y0, x1, y1] = plan.open.map((v, i) => (v - (i % 2 === 0 ? width : height) / 2) / scale);
  paintMarkers(pen, plate, { x0, y0, x1, y1 }, plan.stream("side").chance(0.5), plan.stream("marker"));
  return develop({
    map: canvas.data,
    width,
    height,
    scale,
    exposure: plan.exposure,
    reference,
    mask: collimatorMask(field, longest),
    noise: plan.stream("noise"),
  });
}

const sceneOf = (plan: PhantomPlan, purpose: string, root = plan.root): Scene => ({
  spine: plan.spine,
  patient: plan.patient,
  root,
  random: plan.stream(`scene ${purpose}`),
});

function paintSoftTissue(pen: Pen, scene: Scene): void {
  paintTrunk(pen, scene);
  paintLungs(pen, scene);
  paintOrgans(pen, scene);
  paintBowel(pen, scene);
  paintAirway(pen, scene);
}

function paintBones(pen: Pen, plan: PhantomPlan): void {
  const { spine, root } = plan;
  paintPelvis(pen, sceneOf(plan, "pelvis"));
  paintRibs(pen, sceneOf(plan, "ribs"));
  paintShoulders(pen, sceneOf(plan, "shoulders"));
  const posterior = spine.view === "ap" ? paintPosteriorAp : paintPosteriorLateral;
  spine.levels.forEach((level, i) => {
    const frame = levelFrame(root, level);
    if (level.region !== "sacral") posterior(pen, frame, level);
    if (i > 0) paintBody(pen, frame, level);
    if (i > 0 && i + 1 < spine.levels.length) paintDisc(pen, root, level, spine.levels[i + 1]);
  });
  paintHead(pen, sceneOf(plan, "head"));
}

function paintAddition({ canvas, grain }: Pen, { kind, knots, amount, wall = 0 }: Addition): void {
  if (kind === "tube") {
    canvas.tube(knots, amount, wall, 1);
    return;
  }
  // A soft-edged spot with an uneven middle.
  const [{ x: ox, y: oy, r }] = knots;
  const frame: Frame = { ox, oy, ax: 1, ay: 0, bx: 0, by: 1 };
  const k = 9 / r;
  canvas.paint(frame, -r, -r, r, r, (x, y) => {
    const uneven = 1 + 0.16 * (1 + grain.at(x * k * 0.35 + ox, y * k * 0.35 + oy));
    const q = 1 - ((x * x + y * y) / (r * r)) * uneven;
    return q > 0 ? amount * Math.min(1, q * 1.8) * (1 + 0.35 * grain.at(x * k + oy, y * k + ox)) : 0;
  });
}

/** 4th, 50th and 96th hundredth of the soft tissue's attenuation in the open field. */
function softReference(soft: Canvas, plan: PhantomPlan): [number, number, number] {
  const [x0, y0, x1, y1] = plan.open.map((v) => v / COARSE);
  const values = new Float32Array(soft.data.length);
  let count = 0;
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(soft.height, y1); y += 4)
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(soft.width, x1); x += 4) {
      const value = soft.data[y * soft.width + x];
      if (value > 0.25) values[count++] = value;
    }
  const sorted = values.subarray(0, count).sort();
  const at = (share: number): number => (count === 0 ? 1 : sorted[Math.floor(share * (count - 1))]);
  return [at(0.04), at(0.5), at(0.96)];
}
