/**
 * Phantoms for balance: a data set in the same layout as `spinexr phantom` writes, of those pictures of a seed that show a
 * rare lesion. Pictures are chosen by their plans, so nothing is rendered in vain; a class has enough when COUNT boxes were found.
 *
 *   npx tsx models/training/more-rare.ts --out DIR --seed S --count 600 [--size 1000] [--threads 2]
 *
 * Goes on where it stopped. For training only: such a mix is no measure of a model.
 */
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ANNOTATION_HEADER,
  annotationRows,
  type PhantomKey,
  type PhantomPlan,
  planPhantom,
  producePhantoms,
} from "../../src/phantom/index.ts";
import type { LesionClass } from "../../src/vindr-spinexr.ts";

const FREQUENT: LesionClass = "Osteophytes";
const RARE_CLASSES = 6;

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    seed: { type: "string" },
    count: { type: "string", default: "600" },
    size: { type: "string", default: "1000" },
    threads: { type: "string", default: "2" },
  },
});
if (values.out === undefined || values.seed === undefined)
  throw new Error("Expected --out DIR and --seed S.");
const [seed, count, longest, threads] = [values.seed, values.count, values.size, values.threads].map(
  Number,
) as [number, number, number, number];

const found = new Map<LesionClass, number>();
const chosen: { key: PhantomKey; plan: PhantomPlan }[] = [];
const full = (type: LesionClass): boolean => type === FREQUENT || (found.get(type) ?? 0) >= count;
for (
  let index = 0;
  [...found].filter(([type]) => type !== FREQUENT && full(type)).length < RARE_CLASSES;
  index++
) {
  const key: PhantomKey = { seed, split: "train", index, longest };
  const plan = planPhantom(key);
  if (plan.lesions.every(({ type }) => full(type))) continue;
  for (const { type } of plan.lesions) found.set(type, (found.get(type) ?? 0) + 1);
  chosen.push({ key, plan });
}

const images = join(values.out, "train_images");
await mkdir(images, { recursive: true });
await mkdir(join(values.out, "annotations"), { recursive: true });
const ids = new Map(chosen.map(({ key, plan }) => [key, plan.id]));
const path = (key: PhantomKey): string => join(images, `${ids.get(key)}.dicom`);
const wanted: PhantomKey[] = [];
for (const { key } of chosen) {
  const there = await stat(path(key)).then(
    () => true,
    () => false,
  );
  if (!there) wanted.push(key);
}
let done = chosen.length - wanted.length;
await producePhantoms(
  wanted,
  async (key, file) => {
    await writeFile(`${path(key)}.part`, file);
    await rename(`${path(key)}.part`, path(key));
    done++;
    if (process.stderr.isTTY || done % 500 === 0)
      process.stderr.write(`\r${done} of ${chosen.length} pictures `);
  },
  { threads },
);
const rows = [ANNOTATION_HEADER, ...chosen.flatMap(({ plan }) => annotationRows(plan))];
await writeFile(join(values.out, "annotations", "train.csv"), `${rows.join("\n")}\n`);
process.stderr.write(`\n${[...found].map(([type, n]) => `${type} ${n}`).join(", ")}\n`);
