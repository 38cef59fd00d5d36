/** Which engine is wanted, which one runs, and why. */
import type { BackendInfo } from "../engine.ts";
import type { AppState, AppStore, Choice } from "../state/app.ts";
import { announce } from "../ui/announce.ts";
import { byId, h, setHidden } from "../ui/dom.ts";
import { milliseconds, plural } from "../ui/format.ts";

export interface EngineActions {
  change(choice: Choice): void;
}

/** Those of a browser, with names for people. */
const NAMES: Readonly<Record<string, string>> = { auto: "Automatic", wasm: "WebAssembly", webgpu: "WebGPU" };
const BUILDS = ["auto", "simd", "simd-threads", "relaxed-threads"];

export function startEngine(app: AppStore, { change }: EngineActions): void {
  const backend = byId<HTMLSelectElement>("backend");
  const threads = byId<HTMLSelectElement>("threads");
  const build = byId<HTMLSelectElement>("build");
  const precision = byId<HTMLSelectElement>("precision");
  const most = Math.min(16, Math.max(1, navigator.hardwareConcurrency || 1));
  fill(threads, [
    ["auto", "Automatic"],
    ...Array.from({ length: most }, (_, i): [string, string] => [String(i + 1), String(i + 1)]),
  ]);
  fill(
    build,
    BUILDS.map((name) => [name, name === "auto" ? "Automatic" : name]),
  );
  const wanted = (): Choice => ({
    backend: backend.value,
    threads: threads.value === "auto" ? "auto" : Number(threads.value),
    wasmBuild: build.value,
    precision: backend.value === "webgpu" && precision.value === "fp16" ? "fp16" : "fp32",
  });
  for (const select of [backend, threads, build, precision])
    select.addEventListener("change", () => change(wanted()));

  app.watch(
    ({ backends, choice }) => [backends, choice],
    (backends, choice) => {
      fillBackends(backend, backends);
      backend.value = choice.backend;
      threads.value = String(choice.threads);
      build.value = choice.wasmBuild;
      precision.value = choice.precision;
      showFor("build", choice.backend !== "webgpu");
      showFor("precision", choice.backend === "webgpu");
      byId("rejected").replaceChildren(...reasons(backends, app.state.engine));
    },
  );
  app.watch(
    ({ engine }) => [engine],
    (engine) => {
      const state = byId("engine-state");
      state.replaceChildren(...describe(engine, () => change(wanted())));
      byId("rejected").replaceChildren(...reasons(app.state.backends, engine));
      byId("model-facts").replaceChildren(...modelFacts(engine));
      showChip(engine);
      if (engine.phase === "ready" || engine.phase === "failed") announce(chipText(engine));
    },
  );
  byId("engine-chip").addEventListener("click", () => {
    byId("engine-panel").scrollIntoView({ block: "start" });
    backend.focus();
  });
}

const fill = (select: HTMLSelectElement, options: readonly (readonly [string, string])[]): void =>
  select.replaceChildren(...options.map(([value, text]) => h("option", { value }, text)));

/** Before anything is known only "auto" and "wasm" are offered. */
function fillBackends(select: HTMLSelectElement, backends: readonly BackendInfo[]): void {
  const options = Object.entries(NAMES).map(([value, text]) => {
    const info = backends.find(({ name }) => name === value);
    const absent = value === "webgpu" && info?.available !== true;
    const why = absent && backends.length > 0 ? " (not here)" : "";
    return h("option", { value, disabled: absent }, text + why);
  });
  select.replaceChildren(...options);
}

function showChip(engine: AppState["engine"]): void {
  const chip = byId("engine-chip");
  chip.dataset.phase = engine.phase;
  byId("engine-chip-text").textContent = chipText(engine);
  byId("engine-chip-more").textContent =
    engine.phase === "ready" ? `, ${plural(engine.backend.threads, "thread")}` : "";
}

function chipText(engine: AppState["engine"]): string {
  switch (engine.phase) {
    case "waiting":
      return "Engine starts";
    case "loading":
      return engine.share === null ? "Loading" : `Loading ${Math.round(engine.share * 100)} %`;
    case "ready":
      return NAMES[engine.backend.name] ?? engine.backend.name;
    case "failed":
      return "Engine failed";
    case "stopped":
      return "Loading cancelled";
  }
}

function describe(engine: AppState["engine"], again: () => void): Node[] {
  if (engine.phase === "ready") {
    const { name, isa, threads, precision, device, hostSteps } = engine.backend;
    return [
      facts([
        ["Runs on", NAMES[name] ?? name],
        ["Kernels", isa],
        [
          "Threads",
          `${threads}${threads === 1 && !crossOriginIsolated ? " (the page is not cross-origin isolated)" : ""}`,
        ],
        ["Precision", precision === "" ? "its own" : precision],
        ["Device", device],
        ["On the processor", hostSteps.length === 0 ? "" : hostSteps.join(", ")],
        ["Loaded in", milliseconds(engine.loadMs)],
      ]),
    ];
  }
  if (engine.phase === "failed")
    return [
      h(
        "p",
        { class: "failure-text", role: "alert" },
        engine.failure.message,
        " ",
        h("code", {}, engine.failure.code),
      ),
      h("button", { type: "button", class: "small", onclick: again }, "Load again"),
    ];
  if (engine.phase === "stopped")
    return [
      h("p", { class: "quiet" }, "Loading was cancelled."),
      h("button", { type: "button", class: "small", onclick: again }, "Load again"),
    ];
  return [
    h(
      "p",
      { class: "quiet" },
      engine.phase === "loading"
        ? `${engine.text}…`
        : "The engine starts with the first picture or when the page is ready.",
    ),
  ];
}

export const facts = (pairs: readonly (readonly [string, string])[]): HTMLElement =>
  h(
    "dl",
    { class: "facts" },
    ...pairs
      .filter(([, value]) => value !== "")
      .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );

/** What "auto" tried first, and what else cannot be had here. */
function reasons(backends: readonly BackendInfo[], engine: AppState["engine"]): Node[] {
  const tried = engine.phase === "ready" ? engine.backend.rejected : [];
  const rest = backends
    .filter(({ name, available }) => !available && !tried.some((one) => one.name === name))
    .map(({ name, reason }) => ({ name, reason }));
  const all = [...tried, ...rest];
  if (all.length === 0)
    return [
      h(
        "p",
        { class: "quiet" },
        engine.phase === "ready" ? "Nothing was rejected." : "Known when the engine runs.",
      ),
    ];
  return [
    h(
      "dl",
      { class: "reasons" },
      ...all.flatMap(({ name, reason }) => [h("dt", {}, name), h("dd", {}, reason)]),
    ),
  ];
}

function modelFacts(engine: AppState["engine"]): Node[] {
  if (engine.phase !== "ready") return [h("p", { class: "quiet" }, "Known when the model is loaded.")];
  const { name, version, license, intendedUse, classifiers, detector } = engine.manifest;
  return [
    facts([
      ["Package", `${name} ${version}`],
      [
        "Classifier",
        classifiers.map((one) => `${one.architecture}, ${one.input.width} × ${one.input.height}`).join("; "),
      ],
      ["Detector", detector === null ? "none" : detector.architecture],
      ["Licence", license],
    ]),
    h("p", { class: "quiet" }, intendedUse),
  ];
}

/** A choice that only one backend has. */
function showFor(id: string, shown: boolean): void {
  setHidden(byId(id), !shown);
  setHidden(document.querySelector<HTMLElement>(`label[for="${id}"]`)!, !shown);
}
