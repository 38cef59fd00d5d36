/**
 * The page: what is timed, progress, tables, results as JSON. The address may say all of it, for who drives a browser:
 * ?run&case=classify&engine=spinexr%20wasm&rounds=3&threads=1&machine=NAME; the results are then in `window.benchmark`.
 */
import { type BenchDocument, parseDocument } from "../../src/benchmark/document.ts";
import { ENGINES } from "./engines.ts";
import { measure } from "./measure.ts";
import type { SiteData } from "./site.ts";
import { browserName, describeAdapter, systemName } from "./surroundings.ts";
import { element, resultTables } from "./tables.ts";

declare global {
  interface Window {
    /** Set when a run has ended: its results, or what stopped it. */
    benchmark?: BenchDocument | { readonly error: string };
  }
}

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const address = new URLSearchParams(location.search);
const status = (text: string) => {
  find("status").textContent = text;
};

let latest: BenchDocument | null = null;
const others: BenchDocument[] = [];
let running: AbortController | null = null;

const show = () => {
  find("results").replaceChildren(...resultTables([...(latest === null ? [] : [latest]), ...others]));
  find<HTMLButtonElement>("save").disabled = latest === null;
};

function checkboxes(
  id: string,
  parameter: string,
  items: readonly { name: string; about?: string; off?: boolean }[],
): () => string[] {
  const wanted = address.getAll(parameter);
  const boxes = items.map(({ name, about, off = false }) => {
    const box = element("input");
    box.type = "checkbox";
    box.value = name;
    box.checked = wanted.length === 0 ? !off : wanted.includes(name);
    find(id).append(element("label", null, box, element("span", about ?? name)));
    return box;
  });
  return () => boxes.filter(({ checked }) => checked).map(({ value }) => value);
}

async function start(): Promise<void> {
  const site = (await (await fetch("site.json")).json()) as SiteData;
  const most = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  const cases = checkboxes(
    "cases",
    "case",
    site.cases.map(({ name, subject }) => ({ name, about: subject })),
  );
  const adapter = await describeAdapter();
  const engines = checkboxes(
    "engines",
    "engine",
    // A software GPU may take half a minute for a run: only for those who ask for it.
    ENGINES.map(({ name }) => ({ name, off: adapter.software && name.endsWith("webgpu") })),
  );
  const field = (id: string, preset: string) => {
    const input = find<HTMLInputElement>(id);
    input.value = address.get(id) ?? preset;
    return input;
  };
  const rounds = field("rounds", "5");
  const threads = field("threads", String(most));
  threads.max = String(most);
  const machine = field("machine", "this machine");
  const facts = {
    Browser: browserName(),
    System: systemName(),
    Processors: `${navigator.hardwareConcurrency}`,
    Threads: crossOriginIsolated
      ? "may be used: the page is cross-origin isolated"
      : "need cross-origin isolation, which this host does not give: one is used",
    WebGPU: adapter.software ? `${adapter.name}: computed by the processor, very slow` : adapter.name,
  };
  for (const [name, value] of Object.entries(facts))
    find("surroundings").append(element("dt", name), element("dd", value));

  const run = async () => {
    running = new AbortController();
    window.benchmark = undefined;
    const buttons = (on: boolean) => {
      find<HTMLButtonElement>("start").disabled = on;
      find<HTMLButtonElement>("stop").disabled = !on;
      find("progress").hidden = !on;
    };
    buttons(true);
    try {
      const document = await measure({
        cases: site.cases.filter(({ name }) => cases().includes(name)),
        engines: ENGINES.filter(({ name }) => engines().includes(name)),
        surroundings: { site, threads: threads.valueAsNumber },
        machine: {
          cpu: machine.value,
          processors: navigator.hardwareConcurrency,
          system: systemName(),
          runtime: browserName(),
        },
        rounds: rounds.valueAsNumber,
        signal: running.signal,
        onProgress(what, share) {
          status(what);
          find<HTMLProgressElement>("progress").value = share;
        },
        onResults(found) {
          latest = found;
          show();
        },
      });
      status(document.entries.length === 0 ? "Nothing could run." : "Done.");
      latest = document;
      window.benchmark = document;
    } catch (error) {
      const stopped = running.signal.aborted;
      status(stopped ? "Stopped." : `Stopped by an error: ${(error as Error).message}`);
      window.benchmark = { error: (error as Error).message };
    } finally {
      buttons(false);
      show();
    }
  };

  find<HTMLFormElement>("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  find("stop").addEventListener("click", () => running?.abort(new Error("Stopped by the user.")));
  find("save").addEventListener("click", () => {
    const link = element("a");
    link.href = URL.createObjectURL(
      new Blob([JSON.stringify(latest, null, 1)], { type: "application/json" }),
    );
    link.download = `spinexr-bench-${latest!.date}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  find<HTMLInputElement>("others").addEventListener("change", async ({ target }) => {
    for (const file of (target as HTMLInputElement).files ?? []) {
      try {
        others.push(parseDocument(new Uint8Array(await file.arrayBuffer()), file.name));
      } catch (error) {
        status((error as Error).message);
      }
    }
    show();
  });
  if (address.has("run")) await run();
}

start().catch((error: Error) => {
  status(`The page cannot start: ${error.message}`);
  window.benchmark = { error: error.message };
});
