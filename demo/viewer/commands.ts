/** What buttons and keys do with the picture. */
import { type AppStore, shownReport } from "../state/app.ts";
import { shownFindings } from "../state/sieve.ts";
import { ordered, select } from "../state/worklist.ts";
import { byId, setHidden } from "../ui/dom.ts";
import type { Viewer } from "./viewer.ts";

const STEP = 1.25;
const MOVE = 60;
const GREY = 24;

export type Command = keyof ReturnType<typeof commandsOf>;

function commandsOf(app: AppStore, viewer: Viewer) {
  const finding = (step: number): void => {
    const all = shownFindings(shownReport(app.state), app.state.sieve);
    if (all.length === 0) return;
    const { highlighted } = app.state;
    const next =
      highlighted === null ? (step > 0 ? 0 : all.length - 1) : (highlighted + step + all.length) % all.length;
    app.set({ highlighted: next });
  };
  const picture = (step: number): void => {
    const items = ordered(app.state);
    const at = items.findIndex(({ id }) => id === app.state.selected);
    const next = items[at + step];
    if (next !== undefined) select(app, next.id);
  };
  return {
    "zoom-in": () => viewer.zoom(STEP),
    "zoom-out": () => viewer.zoom(1 / STEP),
    fit: () => viewer.fit(),
    one: () => viewer.oneToOne(),
    left: () => viewer.pan(MOVE, 0),
    right: () => viewer.pan(-MOVE, 0),
    up: () => viewer.pan(0, MOVE),
    down: () => viewer.pan(0, -MOVE),
    wider: () => viewer.adjustWindow(GREY, 0),
    narrower: () => viewer.adjustWindow(-GREY, 0),
    brighter: () => viewer.adjustWindow(0, -GREY),
    darker: () => viewer.adjustWindow(0, GREY),
    invert: () => viewer.invert(),
    reset: () => viewer.reset(),
    window: () => {
      viewer.tool = viewer.tool === "pan" ? "window" : "pan";
    },
    boxes: () => app.set({ boxes: !app.state.boxes }),
    labels: () => app.set({ labels: !app.state.labels }),
    heat: () => app.set({ heat: { ...app.state.heat, on: !app.state.heat.on } }),
    "next-finding": () => finding(1),
    "previous-finding": () => finding(-1),
    "next-picture": () => picture(1),
    "previous-picture": () => picture(-1),
  };
}

const KEYS: Readonly<Record<string, Command>> = {
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  "0": "fit",
  "1": "one",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  i: "invert",
  r: "reset",
  w: "window",
  b: "boxes",
  l: "labels",
  h: "heat",
  n: "next-finding",
  p: "previous-finding",
  PageDown: "next-picture",
  PageUp: "previous-picture",
};

const SHIFTED: Readonly<Record<string, Command>> = {
  ArrowLeft: "narrower",
  ArrowRight: "wider",
  ArrowUp: "brighter",
  ArrowDown: "darker",
};

export function startCommands(app: AppStore, viewer: Viewer): void {
  const commands = commandsOf(app, viewer);
  const toolbar = byId("toolbar");
  const show = (): void => {
    const { boxes, labels, heat } = app.state;
    const pressed = {
      boxes,
      labels,
      heat: heat.on,
      invert: viewer.inverted,
      window: viewer.tool === "window",
    };
    for (const [name, on] of Object.entries(pressed))
      toolbar.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-pressed", String(on));
    byId("stage").classList.toggle("windowing", viewer.tool === "window");
    setHidden(byId("heat-opacity"), !heat.on);
  };
  const run = (command: Command): void => {
    commands[command]();
    show();
  };
  toolbar.addEventListener("click", (event) => {
    const name = (event.target as Element).closest<HTMLElement>("[data-do]")?.dataset.do;
    if (name !== undefined) run(name as Command);
  });
  walkToolbar(toolbar);
  byId("stage").addEventListener("keydown", (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.shiftKey && key in SHIFTED ? SHIFTED[key] : KEYS[key];
    if (command === undefined) return;
    event.preventDefault();
    run(command);
  });
  byId("heat-opacity").addEventListener("input", (event) =>
    app.set({ heat: { ...app.state.heat, opacity: Number((event.target as HTMLInputElement).value) / 100 } }),
  );
  app.watch(
    ({ boxes, labels, heat }) => [boxes, labels, heat],
    (_boxes, _labels, _heat) => show(),
  );
}

/** One stop of the tab key for the whole bar, arrows inside it, as ARIA's pattern for toolbars has it. */
function walkToolbar(toolbar: HTMLElement): void {
  const buttons = [...toolbar.querySelectorAll<HTMLButtonElement>("button")];
  const stop = (at: HTMLButtonElement): void => {
    for (const button of buttons) button.tabIndex = button === at ? 0 : -1;
  };
  stop(buttons[0]!);
  toolbar.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLButtonElement) stop(event.target);
  });
  toolbar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length]!.focus();
  });
}
