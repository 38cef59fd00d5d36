/** The picture of a report, drawn beside the page's thread by the code of `spinexr screen --overlay`. */
import { shownSize } from "../../src/output/overlay.ts";
import type { Model, ScreeningReport } from "../engine.ts";
import type { Picture } from "../session/pictures.ts";
import type { DrawingAnswer, DrawingOrder } from "./picture-worker.ts";

export async function pictureOf(
  model: Model,
  { image }: Picture,
  report: ScreeningReport,
  suppressed: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const picture = await model.display(image, { size: shownSize(image) });
  const order: DrawingOrder = {
    picture,
    original: { width: image.width, height: image.height },
    report,
    labels: model.manifest.detector?.labels ?? null,
    suppressed,
  };
  const worker = new Worker(new URL("./picture-worker.js", import.meta.url), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<DrawingAnswer>) =>
        "png" in data
          ? resolve(data.png)
          : reject(Object.assign(new Error(data.message), { code: data.code }));
      worker.onerror = () => reject(new Error("The picture could not be drawn: its worker ended."));
      worker.postMessage(order);
    });
  } finally {
    worker.terminate();
  }
}
