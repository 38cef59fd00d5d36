/** A NodeBuilder whose weights come from a checkpoint. */
import type { OnnxModel } from "../../onnx/model.ts";
import { NodeBuilder } from "../../onnx/node-builder.ts";
import { invalidCheckpoint, limitExceeded, quote } from "../checkpoint/errors.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";

const OPSET = 17;
/** The IR version that came with opset 17. */
const IR_VERSION = 8;
/** A protobuf message ends at 2 GiB; half of that is far above any classifier. */
const MAX_ELEMENTS = 2 ** 28;

export class OnnxBuilder extends NodeBuilder {
  private readonly state: StateDict;
  private readonly known = new Set<string>();
  private elements = 0;

  constructor(state: StateDict) {
    super();
    this.state = state;
  }

  /**
   * Makes the checkpoint's tensor an initializer of the same name.
   * @throws SpineXRError INVALID_CHECKPOINT where a value is not finite or is below `minimum`
   */
  weight(name: string, minimum = -Infinity): string {
    if (this.known.has(name)) return name;
    this.known.add(name);
    const tensor = this.state.get(name)!;
    this.elements += tensor.dims.reduce((a, b) => a * b, 1);
    if (this.elements > MAX_ELEMENTS) {
      limitExceeded(`The checkpoint's network has more than ${MAX_ELEMENTS} weights.`);
    }
    const data = tensor.float32();
    const bad = data.findIndex((value) => !(Number.isFinite(value) && value >= minimum));
    if (bad >= 0) {
      invalidCheckpoint(
        `Element ${bad} of tensor ${quote(name)} is ${data[bad]}; expected a finite number` +
          `${minimum === -Infinity ? "" : ` not below ${minimum}`}. The training run may have diverged.`,
      );
    }
    return this.tensor({ name, type: "float", dims: tensor.dims, data });
  }

  finish(name: string, input: string, output: string, outputs: number): OnnxModel {
    return {
      irVersion: IR_VERSION,
      producerName: "spinexr",
      producerVersion: "",
      opsets: { "": OPSET },
      metadata: {},
      graph: {
        name,
        nodes: this.nodes,
        initializers: this.initializers,
        inputs: [{ name: input, type: "float", dims: ["N", 3, "H", "W"] }],
        outputs: [{ name: output, type: "float", dims: ["N", outputs] }],
      },
    };
  }
}
