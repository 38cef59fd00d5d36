/** Detectors, and the whole screening. */
import { networks, screening } from "../models.ts";
import { againstOnnx, againstPytorch, type Case, cpu, ortNode, ortWeb, type Subject, wasm } from "./case.ts";

/** A picture of usual proportions, as the detectors see it. */
const DETECT_DIMS = [1, 3, 800, 1088] as const;

export const RETINANET: Subject = {
  what: "RetinaNet R50-FPN to raw maps, 800 x 1088",
  job: () => networks(["retinanet"], DETECT_DIMS),
};
export const RETINANET_SMALL: Subject = {
  what: "RetinaNet R50-FPN to raw maps, 512 x 512",
  job: () => networks(["retinanet"], [1, 3, 512, 512]),
};
const sparse: Subject = {
  what: "Sparse R-CNN R50-FPN to boxes, 800 x 1088",
  job: () => networks(["sparse-rcnn"], DETECT_DIMS),
};
const screen: Subject = {
  what: "three DenseNets and Sparse R-CNN, PNG of 2720 x 2000 to report",
  job: screening,
};

export const DETECT: readonly Case[] = [
  againstOnnx("retinanet/cpu/1T", RETINANET, cpu(1), ortNode(1), { target: 1.8 }),
  againstOnnx("retinanet/cpu/2T", RETINANET, cpu(2), ortNode(2), { target: 1.8 }),
  againstOnnx("retinanet-512/wasm-relaxed/2T", RETINANET_SMALL, wasm("relaxed-threads", 2), ortWeb(2), {
    target: 2.5,
  }),
  againstPytorch("sparse-rcnn/cpu/2T", sparse, 2, { target: 4 }),
  againstPytorch("screen/cpu/2T", screen, 2, { target: 4.5 }),
];
