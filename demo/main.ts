/** The page: puts its parts together. */
import { VERSION } from "./engine.ts";
import { Exports } from "./export/exports.ts";
import { startIntake } from "./files/intake.ts";
import { bundledPhantoms, type NamedPicture, newPhantom } from "./files/phantoms.ts";
import { keepAll, startOffline } from "./offline/offline.ts";
import { startEngine } from "./panels/engine-panel.ts";
import { startFindings } from "./panels/findings-panel.ts";
import { describe } from "./panels/stage-panel.ts";
import { startTimings } from "./panels/timings-panel.ts";
import { startVerdict } from "./panels/verdict-panel.ts";
import { startWork } from "./panels/work-panel.ts";
import { startWorklist } from "./panels/worklist-panel.ts";
import { EngineSession } from "./session/engine-session.ts";
import { toFailure } from "./session/failure.ts";
import { Pictures } from "./session/pictures.ts";
import { Queue } from "./session/queue.ts";
import { createApp } from "./state/app.ts";
import { addItems, screenAgain } from "./state/worklist.ts";
import { announce } from "./ui/announce.ts";
import { byId } from "./ui/dom.ts";
import { startHelp } from "./ui/help.ts";
import { placeIcons } from "./ui/icons.ts";
import { say } from "./ui/say.ts";
import { startTheme } from "./ui/theme.ts";
import { startStage } from "./viewer/stage.ts";

placeIcons(document);
startTheme();
startHelp();
byId("version").textContent = VERSION;

const app = createApp();
const engine = new EngineSession(app);
const pictures = new Pictures();
const queue = new Queue(app, engine, pictures, (item) => announce(describe(item)));
const viewer = startStage(app, engine, pictures);

startWorklist(app, {
  removed: (id) => pictures.drop(id),
  again: (id) => screenAgain(app, (item) => item.id === id),
});
startWork(app, () => {
  queue.cancel();
  if (app.state.engine.phase === "loading") engine.cancel();
});
startVerdict(app);
startFindings(app, {
  chosen: (finding) => viewer.lookAt(finding.box),
});
startTimings(app);
startEngine(app, {
  change: async (choice) => {
    queue.cancel();
    await engine.change(choice);
    if (app.state.engine.phase === "ready") screenAgain(app, ({ status }) => status !== "failed");
  },
});
new Exports(app, engine, pictures).start();

const intake = startIntake({
  add: (files) =>
    addItems(
      app,
      files.map((file) => ({ name: file.name, source: file })),
    ),
});
const from = (make: () => Promise<NamedPicture[]>, look: boolean) => async () => {
  try {
    addItems(app, await make(), look);
  } catch (error) {
    say(`The phantom could not be had. ${toFailure(error).message}`);
  }
};
const bundled = from(bundledPhantoms, false);
byId("open").addEventListener("click", intake.choose);
byId("empty-open").addEventListener("click", intake.choose);
byId("samples").addEventListener("click", bundled);
byId("empty-samples").addEventListener("click", bundled);
byId("phantom").addEventListener(
  "click",
  from(async () => [await newPhantom()], true),
);
byId("clear").addEventListener("click", () => {
  queue.cancel();
  for (const { id } of app.state.items) pictures.drop(id);
  app.set({ items: [], selected: null, highlighted: null });
  byId("open").focus();
});

// Without it the page works, too: online, and perhaps with one thread.
await startOffline(() => app.state.items.length > 0).catch(() => undefined);
await engine.model().catch(() => undefined);
await keepAll();
