/** The options that say who chooses algorithms, shared by the commands that make plans. */
import type { TuningChoice } from "../api/tuning.ts";
import type { ConvAlgorithm } from "../plan/conv-algorithm.ts";
import { CONV_ALGORITHMS } from "../plan/steps.ts";
import { type Arguments, choice, type OptionSpec, UsageError } from "./command.ts";

export const STORE_OPTION: Readonly<Record<string, OptionSpec>> = {
  "tuning-store": {
    kind: "value",
    value: "DIR",
    help: "where measurements are kept (default: SPINEXR_CACHE, or spinexr in your cache folder)",
  },
};

export const TUNING_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  tune: {
    kind: "flag",
    help: "measure which algorithms are fastest here, once for each layer, and use them",
  },
  tuned: { kind: "flag", help: "use what --tune or spinexr tune measured before; measure nothing" },
  ...STORE_OPTION,
};

/** Of a command that runs one network. */
export const LAYER_OPTION: Readonly<Record<string, OptionSpec>> = {
  algorithm: {
    kind: "list",
    value: "LAYER=NAME",
    help: "choose for a convolution: auto, gemm, depthwise, winograd2, winograd4 or strassen",
  },
};

/** Of a command that runs a package. */
export const NETWORK_LAYER_OPTION: Readonly<Record<string, OptionSpec>> = {
  algorithm: { kind: "list", value: "NETWORK:LAYER=NAME", help: "choose for a convolution of a network" },
};

/** @throws UsageError */
export function tuningOptions(args: Arguments): Pick<TuningChoice, "tune" | "tuningStore"> {
  const [tune, tuned] = [args.flag("tune"), args.flag("tuned")];
  const tuningStore = args.value("tuning-store");
  if (tune && tuned) throw new UsageError("--tune measures and --tuned does not; give one of them.");
  if (tuningStore !== undefined && !tune && !tuned)
    throw new UsageError("--tuning-store goes with --tune or --tuned; add one of them.");
  return { tune: tune ? "measure" : tuned ? "cached" : "off", tuningStore };
}

/** @throws UsageError */
export function layerAlgorithms(args: Arguments): Record<string, ConvAlgorithm> | undefined {
  const texts = args.list("algorithm");
  return texts.length === 0 ? undefined : Object.fromEntries(texts.map((text) => parse(text, "LAYER")));
}

/** @throws UsageError */
export function networkAlgorithms(
  args: Arguments,
): Record<string, Record<string, ConvAlgorithm>> | undefined {
  const texts = args.list("algorithm");
  if (texts.length === 0) return undefined;
  const networks: Record<string, Record<string, ConvAlgorithm>> = {};
  for (const text of texts) {
    const [place, algorithm] = parse(text, "NETWORK:LAYER");
    const colon = place.indexOf(":");
    if (colon < 1)
      throw new UsageError(`With a package --algorithm expects NETWORK:LAYER=NAME, found "${text}".`);
    networks[place.slice(0, colon)] = {
      ...networks[place.slice(0, colon)],
      [place.slice(colon + 1)]: algorithm,
    };
  }
  return networks;
}

function parse(text: string, place: string): [string, ConvAlgorithm] {
  const equals = text.lastIndexOf("=");
  if (equals < 1) throw new UsageError(`--algorithm expects ${place}=NAME, found "${text}".`);
  return [text.slice(0, equals), choice("algorithm", text.slice(equals + 1), CONV_ALGORITHMS)];
}
