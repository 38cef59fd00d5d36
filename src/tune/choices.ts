/** Who chooses the algorithms of a network's convolutions: the caller, then measurements, then the cost model. */
import { SpineXRError } from "../api/errors.ts";
import { suggestion } from "../api/options.ts";
import type { PlanTraits } from "../backends/backend.ts";
import type { Graph } from "../graph/graph.ts";
import { admissibleAlgorithms, type ConvAlgorithm, chooseConvAlgorithm } from "../plan/conv-algorithm.ts";
import { type ConvSite, convSites } from "../plan/conv-site.ts";
import type { ChosenBy } from "../plan/describe.ts";
import { buildPlan } from "../plan/lower.ts";
import type { Plan } from "../plan/plan.ts";
import { candidates, fastest, type Times } from "./candidates.ts";
import type { TuneMode, Tuner } from "./tuner.ts";

/** Algorithms by the name of the layer, or a function of the layer that leaves others alone with undefined. */
export type Algorithms =
  | Readonly<Record<string, ConvAlgorithm>>
  | ((layer: ConvSite) => ConvAlgorithm | undefined);

/** What was chosen how, in the plans made so far. */
export interface TuningReport {
  readonly mode: "off" | TuneMode;
  /** Measurements chose the algorithm of some convolution, whether or not the cost model had chosen the same. */
  readonly tuned: boolean;
  /** The caller's "algorithms" chose one. */
  readonly overridden: boolean;
  /** Sentences: measurements that could not be read or kept. */
  readonly warnings: readonly string[];
}

/** What was chosen for a convolution, and what there was to choose from. */
export interface ConvChoice {
  readonly site: ConvSite;
  readonly algorithm: ConvAlgorithm;
  readonly chosenBy: ChosenBy;
  /** What the cost model chooses. */
  readonly usual: ConvAlgorithm;
  /** null: not measured. */
  readonly times: Times | null;
}

export interface ChosenPlan {
  readonly plan: Plan;
  /** For its convolutions, in the order of their first steps. */
  readonly choices: readonly ConvChoice[];
}

export class ConvChoices {
  readonly #tuner: Tuner | null;
  readonly #algorithms: Algorithms | undefined;
  readonly #choosers = new Set<ChosenBy>();

  constructor(tuner: Tuner | null, algorithms?: Algorithms) {
    this.#tuner = tuner;
    this.#algorithms = algorithms;
  }

  get report(): TuningReport {
    const { mode = "off", warnings = [] } = this.#tuner ?? {};
    const has = (who: ChosenBy): boolean => this.#choosers.has(who);
    return { mode, tuned: has("tuned"), overridden: has("override"), warnings: [...warnings] };
  }

  /**
   * The plan of a graph. Measures first, where `measure` allows it (default) and the tuner's mode asks for it. `traits`: of the
   * backend that will run it; one that chooses algorithms itself leaves nothing to choose here.
   * @throws SpineXRError INVALID_ALGORITHM, ABORTED
   */
  async plan(
    graph: Graph,
    {
      measure = true,
      signal,
      traits,
    }: { readonly measure?: boolean; readonly signal?: AbortSignal; readonly traits?: PlanTraits } = {},
  ): Promise<ChosenPlan> {
    const overrides = this.#overrides(graph);
    if (this.#tuner !== null) {
      const open = measure ? convSites(graph).filter((_, i) => overrides[i] === undefined) : [];
      await this.#tuner.prepare(open, signal);
    }
    const choices: ConvChoice[] = [];
    const chooseConv = (site: ConvSite): ConvAlgorithm => {
      const own = traits?.chooseConv?.(site);
      const choice = own === undefined ? this.#choose(site, overrides[choices.length]) : backends(site, own);
      choices.push(choice);
      return choice.algorithm;
    };
    const plan = buildPlan(graph, { ...traits, chooseConv });
    for (const { chosenBy } of choices) this.#choosers.add(chosenBy);
    return { plan, choices };
  }

  #choose(site: ConvSite, override: ConvAlgorithm | undefined): ConvChoice {
    const usual = chooseConvAlgorithm(site);
    const times = this.#tuner?.times(site) ?? null;
    if (override !== undefined) return { site, algorithm: override, chosenBy: "override", usual, times };
    const tuned = times && fastest(times, candidates(site), usual);
    return tuned === null
      ? { site, algorithm: usual, chosenBy: "model", usual, times }
      : { site, algorithm: tuned, chosenBy: "tuned", usual, times };
  }

  /** By convolution, in the planner's order; [] where nothing is overridden. */
  #overrides(graph: Graph): readonly (ConvAlgorithm | undefined)[] {
    const algorithms = this.#algorithms;
    if (algorithms === undefined) return [];
    const sites = convSites(graph);
    if (typeof algorithms === "function") return sites.map((site) => checked(site, algorithms(site)));
    const names = [...new Set(sites.map(({ name }) => name))];
    for (const name of Object.keys(algorithms))
      if (!names.includes(name))
        throw new SpineXRError(
          "INVALID_ALGORITHM",
          `"algorithms" names "${name}", which is no convolution of the network.${suggestion(name, names)} ` +
            "spinexr info --plan lists them.",
        );
    return sites.map((site) =>
      checked(site, Object.hasOwn(algorithms, site.name) ? algorithms[site.name] : undefined),
    );
  }
}

/** The choice of a backend that decides by itself, when it prepares the plan. */
const backends = (site: ConvSite, algorithm: ConvAlgorithm): ConvChoice => ({
  site,
  algorithm,
  chosenBy: "backend",
  usual: algorithm,
  times: null,
});

function checked(site: ConvSite, algorithm: ConvAlgorithm | undefined): ConvAlgorithm | undefined {
  if (algorithm === undefined) return undefined;
  const admissible = admissibleAlgorithms(site);
  if (admissible.includes(algorithm)) return algorithm;
  throw new SpineXRError(
    "INVALID_ALGORITHM",
    `Expected for the convolution "${site.name}" one of ${admissible.join(", ")}, found ${JSON.stringify(algorithm)}: ` +
      "others do not fit its shape, or their rounding would reach the answer.",
  );
}
