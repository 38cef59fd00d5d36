/** Every operator case in the precision that is named. */
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { finish } from "../child.ts";
import { checkOpCases } from "../op-cases.ts";
import { reason } from "./support.ts";

const [precision, seed] = process.argv.slice(2) as ["fp32" | "fp16", string];

await finish(reason, async () =>
  checkOpCases(await webgpuBackend.open({ threads: 1, precision }), precision, Number(seed)),
);
