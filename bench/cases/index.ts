/** All cases, in the order of the table. */
import { againstOnnx, type Case, cpu, ortNode, type Subject } from "./case.ts";
import { CLASSIFY, SINGLE } from "./classify.ts";
import { DETECT, RETINANET } from "./detect.ts";

/** What a first answer costs: time from the file on, and memory. */
const costs = (name: string, subject: Subject): Case[] => [
  againstOnnx(`load/${name}/2T`, subject, cpu(2), ortNode(2), { measure: "load", target: 1 }),
  againstOnnx(`memory/${name}/2T`, subject, cpu(2), ortNode(2), { measure: "memory", target: 1 / 0.7 }),
];

export const CASES: readonly Case[] = [
  ...CLASSIFY,
  ...DETECT,
  ...costs("densenet121", SINGLE),
  ...costs("retinanet", RETINANET),
];
