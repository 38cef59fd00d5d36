/** Thumbnails of the worst mistakes of an evaluation, from the pictures it was made on. */
import { SpineXRError } from "../api/errors.ts";
import type { Model } from "../api/model.ts";
import { readImage } from "../api/read-image.ts";
import type { Joined } from "../metrics/index.ts";
import { type Mistake, mistakesOf } from "../output/page/mistakes.ts";
import type { Gallery, Thumbnail } from "../output/page/page.ts";
import { thumbnailScene, viewOf } from "../output/page/thumbnail.ts";
import { renderSvg } from "../output/render-svg.ts";
import { findPictures } from "./predict-images.ts";

export interface GalleryOptions {
  readonly model: Model;
  /** Folder of pictures. */
  readonly images: string;
  readonly signal: AbortSignal;
}

const KEY = "Dashed boxes are annotated, full ones were reported.";

/**
 * At most 24 pictures, read one after another. One that cannot be read any more is said to be missing.
 * @param threshold c*, 0..1
 * @throws SpineXRError ABORTED
 */
export async function mistakeGalleries(
  data: Joined,
  threshold: number,
  options: GalleryOptions,
): Promise<Gallery[]> {
  const { model, images } = options;
  const files = await findPictures(images);
  const { misses, falseAlarms, missedPictures, alarmedPictures } = mistakesOf(
    data,
    threshold,
    model.manifest.thresholds,
  );
  const gallery = async (title: string, lead: string, mistakes: readonly Mistake[]): Promise<Gallery> => {
    const thumbnails: Thumbnail[] = [];
    for (const mistake of mistakes)
      thumbnails.push({
        svg: await show(mistake, files.get(mistake.imageId), options),
        caption: caption(mistake),
      });
    return { title, lead, thumbnails };
  };
  const boxes =
    data.cases === null
      ? []
      : [
          await gallery(
            "Worst misses",
            `Annotated lesions that no finding meets with an IoU of 0.5, of those that are reported: those that are furthest from any finding of their class first, classes taking turns. ${KEY}`,
            misses,
          ),
          await gallery(
            "False alarms",
            `Findings with the highest scores that meet no annotated lesion of their class. ${KEY}`,
            falseAlarms,
          ),
        ];
  return [
    ...boxes,
    await gallery("Abnormal pictures called normal", "The least probable first.", missedPictures),
    await gallery("Normal pictures called abnormal", "The most probable first.", alarmedPictures),
  ];
}

async function show(
  mistake: Mistake,
  file: string | undefined,
  { model, signal }: GalleryOptions,
): Promise<string | null> {
  if (file === undefined) return null;
  try {
    const image = await readImage(file, { signal });
    const view = viewOf(mistake, image);
    const picture = await model.display(image, { ...view, signal });
    return renderSvg(thumbnailScene(mistake, picture, view));
  } catch (error) {
    if (!(error instanceof SpineXRError) || error.code === "ABORTED") throw error;
    return null;
  }
}

function caption({ imageId, probability, focus, note }: Mistake): string[] {
  const what =
    focus === null
      ? `probability ${probability.toFixed(3)}`
      : focus.score === null
        ? focus.label
        : `${focus.label} ${focus.score.toFixed(2)}`;
  return [what, note, ...(focus === null ? [] : [`picture: probability ${probability.toFixed(3)}`]), imageId];
}
