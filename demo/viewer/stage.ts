/** The viewer joined to the state: the chosen picture, its boxes, its heatmap. */
import { paintScale } from "../heatmap/colours.ts";
import type { Heatmap } from "../heatmap/heatmap.ts";
import { StagePanel } from "../panels/stage-panel.ts";
import type { EngineSession } from "../session/engine-session.ts";
import { isAborted, toFailure } from "../session/failure.ts";
import type { Pictures } from "../session/pictures.ts";
import { type AppStore, selectedItem, shownReport } from "../state/app.ts";
import { shownFindings } from "../state/sieve.ts";
import { byId, setHidden } from "../ui/dom.ts";
import { say } from "../ui/say.ts";
import { startCommands } from "./commands.ts";
import { Viewer } from "./viewer.ts";

export function startStage(app: AppStore, engine: EngineSession, pictures: Pictures): Viewer {
  let panel: StagePanel | null = null;
  const viewer = new Viewer(
    {
      stage: byId("stage"),
      canvas: byId<HTMLCanvasElement>("picture"),
      boxes: byId<SVGSVGElement>("boxes"),
    },
    {
      changed: () => panel?.update(),
      hovered: (highlighted) => {
        if (app.state.highlighted !== highlighted) app.set({ highlighted });
      },
      chosen: (index) => byId("findings").children[index]?.querySelector("button")?.focus(),
    },
  );
  startCommands(app, viewer);
  panel = new StagePanel(app, viewer);
  watchPicture(app, engine, pictures, viewer, panel);
  watchBoxes(app, viewer);
  watchHeat(app, engine, viewer);
  return viewer;
}

/** Shows the chosen picture as soon as it is decoded. */
function watchPicture(
  app: AppStore,
  engine: EngineSession,
  pictures: Pictures,
  viewer: Viewer,
  panel: StagePanel,
): void {
  app.watch(
    (state) => [state.selected, selectedItem(state)?.status === "failed", state.engine.phase === "ready"],
    async (id, failed, ready) => {
      const item = selectedItem(app.state);
      if (item === null || failed) {
        viewer.show(null);
        panel.update();
        return;
      }
      if (!ready) return;
      try {
        const picture = await pictures.get(item, await engine.model());
        if (app.state.selected === id) viewer.show(picture);
      } catch {
        // Screening meets the same error and tells it.
        if (app.state.selected === id) viewer.show(null);
      }
      panel.update();
    },
  );
}

function watchBoxes(app: AppStore, viewer: Viewer): void {
  app.watch(
    (state) => [shownReport(state), state.sieve, state.boxes, state.classes],
    (report, sieve, boxes, classes) => {
      viewer.setFindings(boxes ? shownFindings(report, sieve) : [], classes);
    },
  );
  app.watch(
    ({ labels }) => [labels],
    (labels) => viewer.setLabels(labels),
  );
  app.watch(
    ({ highlighted }) => [highlighted],
    (highlighted) => viewer.highlight(highlighted),
  );
}

/** The code that makes heatmaps is fetched with the first one. */
function watchHeat(app: AppStore, engine: EngineSession, viewer: Viewer): void {
  let heatmap: Promise<Heatmap> | null = null;
  let last: unknown = null;
  const button = document.querySelector('[data-do="heat"]')!;
  app.watch(
    (state) => [state.heat, shownReport(state)],
    async ({ on }, report) => {
      setHidden(byId("heat-legend"), !on);
      if (!on || report !== last) viewer.setLayer(null);
      last = report;
      if (!on || report === null) return;
      heatmap ??= import("../heatmap/heatmap.ts").then((module) => new module.Heatmap(app, viewer));
      try {
        button.setAttribute("aria-busy", "true");
        await (await heatmap).show(await engine.model());
      } catch (error) {
        if (isAborted(error)) return;
        app.set({ heat: { ...app.state.heat, on: false } });
        say(`The heatmap could not be made. ${toFailure(error).message}`);
      } finally {
        button.removeAttribute("aria-busy");
      }
    },
  );
  paintScale(byId<HTMLCanvasElement>("heat-scale"));
}
