/**
 * A graph as stable text, one line per node, for snapshots and inspection:
 *
 *   graph "name"
 *     in  x f32[1,3,8,8]
 *     y f32[1,4,8,8] = conv(x, w:f32[4,3,3,3]) kernel=3x3 pads=1,1,1,1 activation=relu
 *     out y
 *
 * Constants appear with type and dims (and their elements when there are at most 8). Fields at their neutral value are left out.
 */
import { type Activation, type Graph, isConstant, type Node, type Value } from "./graph.ts";

export function printGraph(graph: Graph): string {
  const lines = [`graph "${graph.name}"`];
  for (const input of graph.inputs) lines.push(`  in  ${input.name} ${formatType(input)}`);
  for (const node of graph.nodes) lines.push(`  ${printNode(node)}`);
  lines.push(`  out ${graph.outputs.map(formatOperand).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

export function printNode(node: Node): string {
  const results = node.outputs.map((value) => `${value.name} ${formatType(value)}`).join(", ");
  const operands: (Value | null)[] = [...node.inputs];
  while (operands.at(-1) === null) operands.pop();
  const fields = describe(node).filter((text) => text !== "");
  return [`${results} = ${node.kind}(${operands.map(formatOperand).join(", ")})`, ...fields].join(" ");
}

const formatType = (value: Value): string => `${value.dtype}[${value.dims.join(",")}]`;

function formatOperand(value: Value | null): string {
  if (value === null) return "-";
  if (!isConstant(value)) return value.name;
  const elements =
    value.stored === undefined && value.constant!.length <= 8
      ? `{${Array.from(value.constant!, format).join(",")}}`
      : "";
  return `${value.name}:${formatType(value)}${elements}`;
}

/** Six significant digits: text must not change with the last bit of a folded weight. */
const format = (v: number | bigint): string =>
  typeof v === "bigint" ? String(v) : String(Number(v.toPrecision(6)));

const shown = (name: string, value: string, neutral: string): string =>
  value === neutral ? "" : `${name}=${value}`;
const flag = (name: string, on: boolean): string => (on ? name : "");
const activation = (a: Activation | null): string =>
  a === null ? "" : `activation=${a.op}${shapeParameters(a.op, a.alpha, a.beta)}`;

/** (alpha, beta) of the functions that have parameters. */
function shapeParameters(op: string, alpha: number, beta: number): string {
  if (op === "clip" || op === "hardSigmoid" || op === "selu") return `(${format(alpha)},${format(beta)})`;
  if (["leakyRelu", "elu", "celu", "thresholdedRelu"].includes(op)) return `(${format(alpha)})`;
  return "";
}

function windowFields(node: Extract<Node, { kind: "conv" | "convTranspose" | "pool" }>): string[] {
  return [
    `kernel=${node.kernel.join("x")}`,
    shown("strides", node.strides.join("x"), "1x1"),
    shown("pads", node.pads.join(","), "0,0,0,0"),
    shown("dilations", node.dilations.join("x"), "1x1"),
  ];
}

function describe(node: Node): string[] {
  switch (node.kind) {
    case "conv":
      return [
        ...windowFields(node),
        shown("group", String(node.group), "1"),
        flag("preRelu", node.preRelu),
        node.prePool === null
          ? ""
          : `prePool=${node.prePool.kernel.join("x")}/${node.prePool.strides.join("x")}`,
        activation(node.activation),
      ];
    case "convTranspose":
      return [...windowFields(node), shown("group", String(node.group), "1")];
    case "matmul":
      return [
        flag("transA", node.transA),
        flag("transB", node.transB),
        shown("alpha", format(node.alpha), "1"),
        activation(node.activation),
      ];
    case "pool":
      return [
        node.mode,
        ...windowFields(node),
        flag("countIncludePad", node.countIncludePad),
        node.mode === "lp" ? `p=${node.p}` : "",
      ];
    case "scaleShift":
      return [activation(node.activation)];
    case "unary":
      return [`${node.op}${shapeParameters(node.op, node.alpha, node.beta)}`];
    case "binary":
      return [node.op, activation(node.activation)];
    case "concat":
    case "gather":
      return [`axis=${node.axis}`];
    case "slice":
      return [`starts=${node.starts.join(",")}`, `steps=${node.steps.join(",")}`];
    case "transpose":
      return [`perm=${node.perm.join(",")}`];
    case "pad":
      return [
        node.mode,
        `before=${node.before.join(",")}`,
        `after=${node.after.join(",")}`,
        shown("value", format(node.value), "0"),
      ];
    case "resample":
      return [`axis=${node.axis}`, `taps=${node.taps}`];
    case "reduce":
      return [node.op, `axes=${node.axes.join(",")}`, flag("keepDims", node.keepDims)];
    case "argReduce":
      return [
        node.op,
        `axis=${node.axis}`,
        flag("keepDims", node.keepDims),
        flag("selectLast", node.selectLast),
      ];
    case "softmax":
      return [`axis=${node.axis}`, flag("log", node.log)];
    case "normalize":
      return [`axis=${node.axis}`, `epsilon=${format(node.epsilon)}`];
    case "topK":
      return [
        `axis=${node.axis}`,
        `k=${node.k}`,
        node.largest ? "largest" : "smallest",
        flag("sorted", node.sorted),
      ];
    case "roiAlign":
      return [
        node.mode,
        `outputSize=${node.outputSize.join("x")}`,
        `samplingRatio=${node.samplingRatio}`,
        `spatialScale=${format(node.spatialScale)}`,
        flag("aligned", node.aligned),
      ];
    case "nms":
      return [
        `maxPerClass=${node.maxPerClass}`,
        `iouThreshold=${format(node.iouThreshold)}`,
        `scoreThreshold=${format(node.scoreThreshold)}`,
        flag("centerPointBox", node.centerPointBox),
      ];
    case "anchors":
      return [
        `map=${node.height}x${node.width}`,
        `stride=${format(node.stride)}`,
        shown("offset", format(node.offset), "0"),
      ];
    case "decodeBoxes":
      return [`weights=${node.weights.map(format).join(",")}`, `scaleClamp=${format(node.scaleClamp)}`];
    case "multiLevelRoiAlign":
      return [
        `scales=${node.scales.map(format).join(",")}`,
        `outputSize=${node.outputSize.join("x")}`,
        `samplingRatio=${node.samplingRatio}`,
        flag("aligned", node.aligned),
        `levels=${node.lowestLevel}..${node.lowestLevel + node.scales.length - 1}`,
        `canonical=${format(node.canonicalSize)}@${node.canonicalLevel}`,
      ];
    case "classAwareNms":
      return [
        `iouThreshold=${format(node.iouThreshold)}`,
        shown("scoreThreshold", format(node.scoreThreshold), "-Infinity"),
        `maxKept=${node.maxKept}`,
      ];
    case "clipBoxes":
    case "where":
    case "cast":
    case "reshape":
    case "expand":
      return [];
    default: {
      const unreachable: never = node;
      return unreachable;
    }
  }
}
