/** ImageCore over a driver: checks sizes and types first, so that no driver is ever handed a lie. */
import { SpineXRError } from "../api/errors.ts";
import type { DisplayRequest, GrayImage, ImageCore, ImageInput, Samples } from "./core.ts";
import type { ImageDriver } from "./driver.ts";
import { SpareTensors } from "./spare-tensors.ts";

/** Larger pictures are refused: no radiograph comes near 2^28 pixels. */
const MAX_PIXELS = 2 ** 28;
const MAX_SIDE = 2 ** 16;

/** sample_type of spx_image_display is the position here. */
const SAMPLE_TYPES = [Uint8Array, Int8Array, Uint16Array, Int16Array, Int32Array] as const;

/** The conversion of engine.h is the position here. */
const CONVERSIONS = ["voi", "fallback", "none"] as const;

const MOST_INPUTS = 64;

/** Of samples that are grey levels already. */
const AS_IT_IS = { sampleType: 0, bitsStored: 8, signed: false, monochrome1: false, voi: null } as const;

type Schedule = <T>(task: () => Promise<T>) => Promise<T>;

/** `schedule` decides when a call may start; arguments are checked before. */
export function imageCore(driver: ImageDriver, schedule: Schedule): ImageCore {
  const spare = new SpareTensors();
  return {
    async display(request) {
      const sampleType = checkDisplay(request);
      const result = await schedule(() => driver.display({ ...request, sampleType }));
      return {
        pixels: result.pixels,
        height: request.height,
        width: request.width,
        conversion: result.conversion === 0 ? "voi" : "fallback",
      };
    },
    async resize(image, height, width) {
      checkGray(image);
      checkSize("target", height, width);
      const call = { ...image, targetHeight: height, targetWidth: width };
      return { pixels: await schedule(() => driver.resize(call)), height, width };
    },
    async inputs(picture, inputs) {
      const stored = "samples" in picture ? picture : null;
      const sampleType = stored === null ? 0 : checkDisplay(stored);
      if ("pixels" in picture) checkGray(picture);
      if (inputs.length < 1 || inputs.length > MOST_INPUTS)
        throw invalid(`1 to ${MOST_INPUTS} inputs, found ${inputs.length}`);
      for (const input of inputs) checkInput(input);
      const own = inputs.map((input) => ({
        ...input,
        mean: Float32Array.from(input.mean),
        std: Float32Array.from(input.std),
      }));
      const call =
        stored === null
          ? { ...AS_IT_IS, ...sized(picture), samples: (picture as GrayImage).pixels }
          : { ...stored, sampleType };
      if (driver.deviceInputs !== undefined) {
        const made = driver.deviceInputs.bind(driver);
        const { tensors, conversion } = await schedule(() => made({ ...call, inputs: own }));
        const release = (): void => {
          for (const tensor of tensors) tensor.release();
        };
        return { tensors, conversion: CONVERSIONS[conversion]!, release, abandon: release };
      }
      // Memory is taken when the turn has come: calls that wait have none.
      const { tensors, conversion } = await schedule(async () =>
        driver.inputs({
          ...call,
          inputs: own.map((input) => ({
            ...input,
            tensor: spare.take(3 * input.paddedHeight * input.paddedWidth),
          })),
        }),
      );
      return {
        tensors,
        conversion: CONVERSIONS[conversion]!,
        release: spare.lend(tensors),
        abandon: () => {},
      };
    },
  };
}

/** Checks the request; its sample_type. */
function checkDisplay(request: DisplayRequest): number {
  const { samples, height, width, bitsStored, voi } = request;
  checkSize("picture", height, width);
  const sampleType = SAMPLE_TYPES.findIndex((type) => samples instanceof type);
  if (sampleType < 0) throw invalid("samples in a Uint8, Int8, Uint16, Int16 or Int32Array");
  checkLength(samples, height, width);
  if (!Number.isInteger(bitsStored) || bitsStored < 1 || bitsStored > 32)
    throw invalid(`bitsStored from 1 to 32, found ${bitsStored}`);
  if (voi.kind === "lut" && (voi.entries.length < 1 || voi.entries.length > 65536))
    throw invalid(`a VOI LUT of 1 to 65536 entries, found ${voi.entries.length}`);
  if (voi.kind === "lut" && !(Number.isInteger(voi.bits) && voi.bits >= 0 && voi.bits <= 16))
    throw invalid(`a VOI LUT of at most 16 bits, found ${voi.bits}`);
  if (voi.kind === "lut" && !(Number.isInteger(voi.first) && Math.abs(voi.first) < 2 ** 31))
    throw invalid(`an integer as the VOI LUT's first value, found ${voi.first}`);
  return sampleType;
}

function checkInput({ height, width, paddedHeight, paddedWidth, mean, std }: ImageInput): void {
  checkSize("target", height, width);
  checkSize("padded", paddedHeight, paddedWidth);
  if (paddedHeight < height || paddedWidth < width)
    throw invalid(`a padded size of at least ${height} x ${width}, found ${paddedHeight} x ${paddedWidth}`);
  if (mean.length !== 3 || std.length !== 3 || ![...mean, ...std].every(Number.isFinite))
    throw invalid("three finite means and three finite deviations");
  if (std.some((value) => value === 0)) throw invalid("deviations other than 0");
}

const sized = ({ height, width }: { height: number; width: number }) => ({ height, width });

function checkGray({ pixels, height, width }: GrayImage): void {
  checkSize("picture", height, width);
  if (!(pixels instanceof Uint8Array)) throw invalid("grey pixels in a Uint8Array");
  checkLength(pixels, height, width);
}

function checkLength(samples: Samples, height: number, width: number): void {
  if (samples.length !== height * width)
    throw invalid(`${height} x ${width} = ${height * width} samples, found ${samples.length}`);
}

function checkSize(what: string, height: number, width: number): void {
  const fits = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
  if (!fits(height) || !fits(width))
    throw invalid(`a ${what} of 1 to ${MAX_SIDE} pixels a side, found ${height} x ${width}`);
  if (height * width > MAX_PIXELS)
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `The ${what} has ${height} x ${width} pixels; at most ${MAX_PIXELS} are accepted. Shrink it first.`,
    );
}

const invalid = (expected: string): SpineXRError =>
  new SpineXRError("INVALID_ARGUMENT", `Image operation: expected ${expected}.`);
