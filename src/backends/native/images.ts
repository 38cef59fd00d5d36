/** Pictures on the addon. */
import type { Voi } from "../core.ts";
import type { ImageDriver } from "../driver.ts";
import { allocate } from "../port-checks.ts";
import { Staging } from "../staging.ts";
import type { Addon, AddonImageInput, AddonVoi, EngineHandle } from "./addon.ts";
import { codedAsync } from "./coded.ts";

/** Sources are copied first: their buffers may belong to the user, who may transfer them while a thread reads. */
export function nativeImages(addon: Addon, engine: EngineHandle): ImageDriver {
  const staging = new Staging();
  return {
    async display({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi }) {
      const pixels = bytesFor(height * width);
      const conversion = await codedAsync(() =>
        addon.imageDisplay(
          staging.copy(samples),
          sampleType,
          height,
          width,
          bitsStored,
          Number(signed),
          Number(monochrome1),
          toAddonVoi(voi),
          pixels,
        ),
      );
      return { pixels, conversion };
    },
    async resize({ pixels, height, width, targetHeight, targetWidth }) {
      const target = bytesFor(targetHeight * targetWidth);
      await codedAsync(() =>
        addon.imageResize(engine, staging.copy(pixels), height, width, target, targetHeight, targetWidth),
      );
      return target;
    },
    async inputs({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi, inputs }) {
      const targets = inputs.map((input): AddonImageInput => {
        const { mean, std, paddedHeight, paddedWidth, tensor } = input;
        return [input.height, input.width, paddedHeight, paddedWidth, mean, std, tensor];
      });
      const conversion = await codedAsync(() =>
        addon.imageInputs(
          engine,
          staging.copy(samples),
          sampleType,
          height,
          width,
          bitsStored,
          Number(signed),
          Number(monochrome1),
          voi && toAddonVoi(voi),
          targets,
        ),
      );
      return { tensors: inputs.map(({ tensor }) => tensor), conversion: conversion as number };
    },
  };
}

const bytesFor = (length: number): Uint8Array => allocate({ dtype: "u8", length }) as Uint8Array;

const VOI_FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID", "UNKNOWN"] as const;

export function toAddonVoi(voi: Voi): AddonVoi {
  if (voi.kind === "none") return [0, 0, 0, 0, 0, 1, 0, 0, 0, null];
  if (voi.kind === "lut") return [2, 0, 0, 0, 0, 1, 0, voi.first, voi.bits, voi.entries.slice()];
  const { slope, intercept } = voi.rescale ?? { slope: 1, intercept: 0 };
  const hasRescale = voi.rescale === null ? 0 : 1;
  const kind = VOI_FUNCTIONS.indexOf(voi.function);
  return [1, kind, voi.center, voi.width, hasRescale, slope, intercept, 0, 0, null];
}
