/** The golden models: the reference implementation's checkpoints, pictures, probabilities and boxes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../src/api/results.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import type { Radiograph } from "../../src/image/radiograph.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { type ModelPackage, openPackage } from "../../src/package/resolve.ts";
import { iou } from "../decoders/reference.ts";

export const GOLDEN_DETECTORS = ["sparse-rcnn", "retinanet", "faster-rcnn"] as const;

export interface GoldenImage {
  /** DICOM file. */
  readonly file: string;
  /** Of classifiers. */
  readonly probability: number;
  /** Of detectors. */
  readonly detections: readonly Finding[];
}

/** @param root the folder with golden/ and third_party/ */
export function goldenImages(root: string, arch: string): GoldenImage[] {
  return read(root, arch).images.map(({ image, ...expected }) => ({
    ...expected,
    file: join(root, "third_party/radiographs", image.replace(".png", ".dcm")),
  }));
}

/** Writes the model as a package folder. */
export async function goldenPackage(root: string, arch: string, out: string): Promise<void> {
  const models = join(root, "golden/models");
  const { checkpoint, config } = read(root, arch);
  await convertToPackage({
    checkpointPaths: [join(models, checkpoint ?? `${nameOf(arch)}.pth`)],
    archs: [arch],
    ...(config === undefined ? {} : { configPath: join(models, config) }),
    out,
  });
}

/** A golden model, ready to be loaded. */
export interface GoldenModel {
  readonly modelPackage: ModelPackage;
  readonly images: readonly GoldenImage[];
  /** Of each image. */
  readonly pictures: readonly Radiograph[];
}

/**
 * @param out where its package is, or is written
 * @param count of images. Default: all
 */
export async function openGolden(
  root: string,
  arch: string,
  out: string,
  count?: number,
): Promise<GoldenModel> {
  const images = goldenImages(root, arch).slice(0, count);
  const pictures = await Promise.all(images.map(({ file }) => readRadiograph(readFileSync(file))));
  if (!existsSync(join(out, "model.json"))) await goldenPackage(root, arch, out);
  return { modelPackage: await openPackage(out), images, pictures };
}

interface Golden {
  readonly checkpoint?: string;
  readonly config?: string;
  readonly images: readonly (Omit<GoldenImage, "file"> & { readonly image: string })[];
}

const nameOf = (arch: string): string => arch.replace("-", "_");

const read = (root: string, arch: string): Golden =>
  JSON.parse(readFileSync(join(root, `golden/models/${nameOf(arch)}.expected.json`), "utf8"));

/**
 * How many of the expected boxes have no partner, and how many there are. Partners have the same label, IoU >= 0.99 and scores within
 * 1e-3; each box has one.
 * @param found of each picture, as many as were tried
 */
export function missedBoxes(images: readonly GoldenImage[], found: readonly (readonly Finding[])[]) {
  let missed = 0;
  let count = 0;
  for (const [i, own] of found.entries()) {
    const rest = [...own];
    for (const { label, score, box } of images[i]!.detections) {
      count++;
      const at = rest.findIndex(
        (other) =>
          other.label === label && Math.abs(other.score - score) <= 1e-3 && iou(other.box, box) >= 0.99,
      );
      if (at < 0) missed++;
      else rest.splice(at, 1);
    }
  }
  return { missed, count };
}
