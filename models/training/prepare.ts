/**
 * Turns a data set in the layout of VinDr-SpineXR into what the training reads: 8-bit pictures exactly as inference sees
 * them (our own decoding, conversion and resizing), and their boxes. Run once per data set and split; goes on where it stopped.
 *
 *   npx tsx models/training/prepare.ts --data DIR --split train --cache DIR/NAME [--config FILE]
 *
 * In the cache: classifier.u8 [N, height, width] and detector.u8 (pictures of different sizes one behind the other), both
 * bare bytes, and index.json: sizes, offsets, labels, boxes in pixels of the detector's picture.
 */
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readImage } from "../../src/api/read-image.ts";
import { openBackend } from "../../src/backends/select.ts";
import { fitShortestEdge } from "../../src/image/fit.ts";
import { parseAnnotations } from "../../src/metrics/annotations.ts";
import { parseCsv } from "../../src/metrics/csv.ts";
import { toDisplay } from "../../src/tasks/preprocess.ts";

interface Entry {
  readonly id: string;
  readonly study: string;
  readonly abnormal: boolean;
  /** Of the original. */
  readonly height: number;
  readonly width: number;
  /** Of the picture in detector.u8, which begins at byte `offset`. */
  readonly detector: { readonly height: number; readonly width: number; readonly offset: number };
  /** Label and corners in pixels of the detector's picture. */
  readonly boxes: readonly (readonly [string, number, number, number, number])[];
}

const { values } = parseArgs({
  options: {
    config: { type: "string", default: fileURLToPath(new URL("config.json", import.meta.url)) },
    data: { type: "string" },
    split: { type: "string", default: "train" },
    cache: { type: "string" },
  },
});
const { data, cache, split } = values;
if (data === undefined || cache === undefined) throw new Error("Expected --data DIR and --cache DIR.");
const { classifier, detector } = JSON.parse(await readFile(values.config, "utf8"));
const sizes = [classifier.height, classifier.width, detector.shortestEdge, detector.longestEdge];

const csv = await readFile(join(data, "annotations", `${split}.csv`), "utf8");
const annotations = parseAnnotations(csv);
const studies = studyOfImage(csv);

await mkdir(cache, { recursive: true });
const entries = await load();
const classifierBytes = classifier.height * classifier.width;
const last = entries.at(-1)?.detector;
let offset = last === undefined ? 0 : last.offset + last.height * last.width;
const files = {
  classifier: await reopen("classifier.u8", entries.length * classifierBytes),
  detector: await reopen("detector.u8", offset),
};
const { instance } = await openBackend({ backend: "auto", threads: 1 });
const start = performance.now();
const begun = entries.length;
for (const { imageId, abnormal, lesions } of annotations.slice(begun)) {
  const display = await toDisplay(
    instance.image,
    await readImage(join(data, `${split}_images`, `${imageId}.dicom`)),
  );
  const { height, width } = display;
  const small = await instance.image.resize(display, classifier.height, classifier.width);
  const size = fitShortestEdge(height, width, detector.shortestEdge, detector.longestEdge);
  const large = await instance.image.resize(display, size.height, size.width);
  await files.classifier.write(small.pixels, 0, classifierBytes, entries.length * classifierBytes);
  await files.detector.write(large.pixels, 0, large.pixels.length, offset);
  const [sx, sy] = [size.width / width, size.height / height];
  entries.push({
    id: imageId,
    study: studies.get(imageId) ?? imageId,
    abnormal,
    height,
    width,
    detector: { ...size, offset },
    boxes: lesions.map(({ label, box: [x0, y0, x1, y1] }) => [label, x0 * sx, y0 * sy, x1 * sx, y1 * sy]),
  });
  offset += large.pixels.length;
  if (entries.length % 500 === 0) await save();
  show(entries.length);
}
await save();
await Promise.all([files.classifier.close(), files.detector.close(), instance.dispose()]);
process.stderr.write("\n");

/** What an earlier run saved, unless sizes or annotations are others now. */
async function load(): Promise<Entry[]> {
  const text = await readFile(join(cache!, "index.json"), "utf8").catch(() => null);
  if (text === null) return [];
  const saved: { sizes: number[]; pictures: Entry[] } = JSON.parse(text);
  const same = saved.pictures.every(({ id }, i) => id === annotations[i]?.imageId);
  return same && saved.sizes.join() === sizes.join() ? saved.pictures : [];
}

async function save(): Promise<void> {
  const path = join(cache!, "index.json");
  await writeFile(`${path}.part`, JSON.stringify({ sizes, pictures: entries }));
  await rename(`${path}.part`, path);
}

/** The file, cut to what the index knows. */
async function reopen(name: string, bytes: number) {
  const path = join(cache!, name);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const file = await open(path, exists ? "r+" : "w+");
  await file.truncate(bytes);
  return file;
}

/** By image: column study_id, where there is one, so that a validation part shares no study with the rest. */
function studyOfImage(text: string): Map<string, string> {
  const [header, ...rows] = parseCsv(text);
  const [study, image] = ["study_id", "image_id"].map((name) => header!.fields.indexOf(name)) as [
    number,
    number,
  ];
  return new Map(study < 0 ? [] : rows.map(({ fields }) => [fields[image]!, fields[study]!]));
}

function show(done: number): void {
  if (!process.stderr.isTTY && done % 500 !== 0) return;
  const rate = (done - begun) / ((performance.now() - start) / 1000);
  process.stderr.write(`\r${done} of ${annotations.length} pictures, ${rate.toFixed(1)} a second `);
}
