/**
 * A NodeBuilder whose weights come from a checkpoint. Weights are named while the network is described, and checked and
 * decoded in finish(): the description is also the list of tensors that the checkpoint must have.
 */
import type { OnnxModel, OnnxValueInfo } from "../../onnx/model.ts";
import { NodeBuilder, SPINEXR_DOMAIN, SPINEXR_OPSET } from "../../onnx/node-builder.ts";
import { invalidCheckpoint, limitExceeded, quote } from "../checkpoint/errors.ts";
import type { StateDict } from "../checkpoint/state-dict.ts";
import { checkTensors } from "./expected-tensors.ts";

const OPSET = 17;
/** The IR version that came with opset 17. */
const IR_VERSION = 8;
/** A protobuf message ends at 2 GiB; half of that is far above any detector. */
const MAX_ELEMENTS = 2 ** 28;

interface Wanted {
  readonly dims: readonly number[];
  readonly minimum: number;
  /** The initializer's values from the tensor's; null: the same. */
  readonly convert: ((values: Float32Array) => Float32Array) | null;
}

export interface NetworkFace {
  /** For messages and the graph's name: the value of --arch. */
  readonly arch: string;
  /** Behind the name in messages: what is special about the wanted network. */
  readonly structure?: string;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Names that the checkpoint may have besides, without meaning for inference. */
  readonly ignored?: (name: string) => boolean;
}

export class OnnxBuilder extends NodeBuilder {
  private readonly state: StateDict;
  private readonly wanted = new Map<string, Wanted>();
  private readonly buffers = new Map<string, { dims: readonly number[]; values: readonly number[] }>();

  constructor(state: StateDict) {
    super();
    this.state = state;
  }

  has(name: string): boolean {
    return this.state.has(name);
  }

  /** A width that is read rather than required; 0 where the tensor is missing, which finish() reports by name. */
  dim(name: string, axis: number): number {
    return this.state.get(name)?.dims[axis] ?? 0;
  }

  /** How many of `name(0)`, `name(1)`, ... exist without a gap. */
  count(name: (index: number) => string): number {
    let count = 0;
    while (this.state.has(name(count))) count++;
    return count;
  }

  /** The checkpoint's tensor as an initializer of the same name. No value may be below `minimum`. */
  weight(name: string, dims: readonly number[], minimum = -Infinity): string {
    this.wanted.set(name, { dims, minimum, convert: null });
    return name;
  }

  /** Values computed from a tensor of the checkpoint; they keep its name, dims and length. */
  computed(name: string, dims: readonly number[], convert: (values: Float32Array) => Float32Array): string {
    this.wanted.set(name, { dims, minimum: -Infinity, convert });
    return name;
  }

  /** A buffer that some versions save: where the checkpoint has it, it must hold these values. */
  buffer(name: string, dims: readonly number[], values: readonly number[]): void {
    if (this.state.has(name)) this.buffers.set(name, { dims, values });
  }

  /**
   * Checks every tensor's name, shape and values, and decodes what the network uses.
   * @throws SpineXRError INVALID_CHECKPOINT, LIMIT_EXCEEDED
   */
  finish({ arch, structure = "", inputs, outputs, ignored = () => false }: NetworkFace): OnnxModel {
    const expected = new Map([...this.wanted, ...this.buffers].map(([name, { dims }]) => [name, dims]));
    checkTensors(this.state, expected, `${arch}${structure}`, ignored);
    for (const [name, { dims, values }] of this.buffers) this.checkBuffer(name, dims, values);
    let elements = 0;
    for (const [name, { dims, minimum, convert }] of this.wanted) {
      elements += dims.reduce((a, b) => a * b, 1);
      if (elements > MAX_ELEMENTS) {
        limitExceeded(`The checkpoint's network has more than ${MAX_ELEMENTS} weights.`);
      }
      const values = this.values(name, minimum);
      this.tensor({ name, type: "float", dims, data: convert?.(values) ?? values });
    }
    const ours = this.nodes.some(({ domain }) => domain === SPINEXR_DOMAIN);
    return {
      irVersion: IR_VERSION,
      producerName: "spinexr",
      producerVersion: "",
      opsets: ours ? { "": OPSET, [SPINEXR_DOMAIN]: SPINEXR_OPSET } : { "": OPSET },
      metadata: {},
      graph: { name: arch, nodes: this.nodes, initializers: this.initializers, inputs, outputs },
    };
  }

  private values(name: string, minimum: number): Float32Array {
    const data = this.state.get(name)!.float32();
    const bad = data.findIndex((value) => !(Number.isFinite(value) && value >= minimum));
    if (bad >= 0) {
      invalidCheckpoint(
        `Element ${bad} of tensor ${quote(name)} is ${data[bad]}; expected a finite number` +
          `${minimum === -Infinity ? "" : ` not below ${minimum}`}. The training run may have diverged.`,
      );
    }
    return data;
  }

  private checkBuffer(name: string, dims: readonly number[], expected: readonly number[]): void {
    const found = this.values(name, -Infinity);
    const differs = found.findIndex((value, i) => Math.abs(value - expected[i]!) > 1e-3);
    if (differs >= 0) {
      invalidCheckpoint(
        `Tensor ${quote(name)} [${dims.join(", ")}] has ${found[differs]} where the configuration gives ` +
          `${expected[differs]}; give the configuration that the checkpoint was trained with.`,
      );
    }
  }
}
