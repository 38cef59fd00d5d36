/** Times of a worker on the clock of its page: performance.now() counts from another origin in each. */
import type { RunProfile } from "../api/network.ts";
import type { ScreeningReport } from "../api/results.ts";
import type { Radiograph } from "../image/radiograph.ts";

export const shiftImage = (image: Radiograph, ms: number): Radiograph => ({
  ...image,
  decodeStart: image.decodeStart + ms,
});

export const shiftProfile = <P extends RunProfile>(profile: P, ms: number): P => ({
  ...profile,
  start: profile.start + ms,
});

export function shiftReport(report: ScreeningReport, ms: number): ScreeningReport {
  const stages = report.timings.stages.map((stage) => ({
    ...stage,
    start: stage.start + ms,
    ...(stage.run === undefined ? {} : { run: shiftProfile(stage.run, ms) }),
  }));
  return { ...report, timings: { ...report.timings, stages } };
}
