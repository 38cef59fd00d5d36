/** Seeing what the engine does: plans, profiles and traces from the command line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../../src/cli/profile-table.ts";
import { assert, suite } from "../shim.ts";
import { runCli } from "../support/run-cli.ts";
import { tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("cli profile");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-profile-"));
test.after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "../..");
const network = join(root, "models/sample-tiny/densenet.onnx");
const phantom = join(root, "models/samples/lumbar-ap.dcm");
const both = writeDetectorPackage(join(folder, "both"), tinyDetector());
const SHAPE = ["--shape", "image=1x3x64x64"];

const spinexr = (...args: readonly string[]) => runCli(args);

interface Slice {
  readonly name: string;
  readonly cat: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Slices by the name of their row, after checks of what viewers need: slices of a row are apart or nested. */
function readTrace(file: string): Map<string, Slice[]> {
  const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
  const rows = new Map<number, string>();
  const slices = new Map<string, Slice[]>();
  for (const event of traceEvents) {
    assert.is(event.pid, 1);
    if (event.ph === "M" && event.name === "thread_name") rows.set(event.tid, event.args.name);
    if (event.ph !== "X") continue;
    assert.ok(event.ts >= 0 && event.dur >= 0 && typeof event.name === "string");
    const row = rows.get(event.tid);
    assert.ok(row !== undefined, "rows are named before they are used");
    slices.set(row, [...(slices.get(row) ?? []), event]);
  }
  const nanoseconds = (us: number): number => Math.round(us * 1e3);
  for (const row of slices.values()) {
    const open: number[] = [];
    for (const { ts, dur } of [...row].sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      while (open.length > 0 && open.at(-1)! <= nanoseconds(ts)) open.pop();
      const end = nanoseconds(ts) + nanoseconds(dur);
      if (open.length > 0) assert.ok(end <= open.at(-1)!, "a slice ends inside the one it began in");
      open.push(end);
    }
  }
  return slices;
}

test("info --plan lists steps and totals, and with --json all there is", async () => {
  const { code, out, err } = await spinexr("info", network, "--plan", ...SHAPE);
  assert.is(code, 0, err);
  assert.match(out, /plan "densenet": image f32 1x3x64x64 -> logits f32 1x1\n/);
  assert.match(
    out,
    / 1 {2}conv +implicit GEMM +7x7\/2 > BN > relu +1x16x32x32 +4\.817 .*backbone\.stem\.0\n/,
  );
  assert.match(out, /kind +algorithm +steps +MFLOP +share/);
  assert.match(out, /\nmemory: arena [\d.]+ MiB, constants [\d.]+ MiB\n$/);
  const { networks } = JSON.parse((await spinexr("info", network, "--plan", "--json", ...SHAPE)).out);
  assert.is(networks.length, 1);
  const [{ role, plan }] = networks;
  assert.is(role, "network");
  assert.is(plan.steps[1].flops, 2 * 147 * 16 * 32 * 32);
  assert.ok(plan.arenaBytes > 0 && plan.kinds.length > 2 && plan.steps.length > 10);
});

test("info --model --plan covers all networks of a package; --shape goes by a network's name", async () => {
  const plans = async (...args: readonly string[]) => {
    const { code, out, err } = await spinexr("info", "--model", both, "--plan", "--json", ...args);
    assert.is(code, 0, err);
    return JSON.parse(out).networks.map(
      ({
        network: name,
        role,
        plan,
      }: {
        network: string;
        role: string;
        plan: { inputs: { dims: number[] }[] };
      }) => `${role} ${name} ${plan.inputs[0]!.dims.join("x")}`,
    );
  };
  assert.equal(await plans(), ["classifier densenet 1x3x224x224", "detector finder 1x3x160x128"]);
  assert.equal(await plans("--shape", "finder=1x3x64x96", "--shape", "densenet=2x3x64x64"), [
    "classifier densenet 2x3x64x64",
    "detector finder 1x3x64x96",
  ]);
  const text = (await spinexr("info", "--model", both, "--plan")).out;
  assert.match(
    text,
    /classifier densenet\nplan [\s\S]*\n\ndetector finder\nplan [\s\S]*classAwareNms +IoU 0\.5/,
  );
  const wrong = await spinexr("info", "--model", both, "--plan", "--shape", "image=1x3x64x64");
  assert.is(wrong.code, 2);
  assert.match(wrong.err, /densenet, finder; found "image"/);
  for (const args of [["--plan"], [network, "--model", both]])
    assert.is((await spinexr("info", ...args)).code, 2);
});

test("run --profile shows medians over the runs, rates, and shares of each kind", async () => {
  const { code, out, err } = await spinexr("run", network, ...SHAPE, "--profile", "--repeat", "3");
  assert.is(code, 0, err);
  assert.match(out, /# +kind +algorithm +detail +result +ms +share +MFLOP +GFLOP\/s +GB\/s +name\n/);
  assert.match(
    out,
    / 1 +conv +implicit GEMM +7x7\/2 > BN > relu +1x16x32x32 +[\d.]+ +[\d.]+% +4\.817 +[\d.]+ +[\d.]+ /,
  );
  assert.match(out, /\nkind +algorithm +steps +ms +share +MFLOP +GFLOP\/s +GB\/s\n/);
  assert.match(out, /steps, [\d.]+ ms \(medians of 3 runs\)\n$/);
  const slow = (await spinexr("run", network, ...SHAPE, "--profile", "--slowest")).out;
  const times = slow
    .slice(slow.indexOf("# "), slow.indexOf("\n\nkind"))
    .split("\n")
    .slice(2)
    .map((line) => Number(/ (\d+\.\d{3}) +[\d.]+% /.exec(line)?.[1]));
  assert.ok(times.length > 10);
  assert.equal(
    times,
    [...times].sort((a, b) => b - a),
  );
  const { runs, steps } = JSON.parse(
    (await spinexr("run", network, ...SHAPE, "--profile", "--json", "--repeat", "2")).out,
  );
  assert.is(runs, 2);
  assert.equal(Object.keys(steps[1]).sort(), [
    "algorithm",
    "bytes",
    "detail",
    "dims",
    "flops",
    "kind",
    "ms",
    "name",
  ]);
  assert.is((await spinexr("run", network, ...SHAPE, "--slowest")).code, 2);
  assert.equal([median([3]), median([5, 1]), median([9, 1, 4])], [3, 3, 4]);
});

test("run --trace writes every run with its steps inside it", async () => {
  const file = join(folder, "run.json");
  const { code, out, err } = await spinexr("run", network, ...SHAPE, "--repeat", "3", "--trace", file);
  assert.is(code, 0, err);
  assert.not.match(out, /GFLOP/);
  const [[row, slices]] = [...readTrace(file)] as [[string, Slice[]]];
  assert.is(row, "steps");
  const runs = slices.filter(({ cat }) => cat === "run");
  assert.equal(
    runs.map(({ name }) => name),
    ["run 1", "run 2", "run 3"],
  );
  const stems = slices.filter(({ name }) => name === "backbone.stem.0");
  assert.is(stems.length, 3);
  const { args } = stems[0]!;
  assert.equal(
    [args.algorithm, args.result, args.flops],
    ["implicit GEMM", "1x16x32x32", 2 * 147 * 16 * 32 * 32],
  );
  assert.equal([args.weightBytes, args.readBytes, args.writtenBytes], [4 * 2384, 4 * 12288, 4 * 16384]);
  assert.ok(args["GFLOP/s"] !== undefined && args["GB/s"] !== undefined);
});

test("screen --profile and --trace show stages, kinds of steps, and pictures in work at the same time", async () => {
  const broken = join(folder, "broken.dcm");
  writeFileSync(broken, "no picture");
  const file = join(folder, "screen.json");
  const pictures = [phantom, broken, phantom, phantom, phantom];
  const common = ["screen", ...pictures, "--model", both] as const;
  const { code, out } = await spinexr(...common, "--profile", "--trace", file);
  assert.is(code, 1);
  assert.match(out, /stage +pictures +median ms +of it waiting +share of work\n/);
  assert.match(out, /\ndecode +4 .*\nprepare +4 .*\nclassify densenet +4 /);
  assert.match(
    out,
    /\nclassify densenet\nkind[\s\S]*\nconv +implicit GEMM +12 [\s\S]*\ndetect finder\nkind[\s\S]*topK +1 /,
  );
  const trace = readTrace(file);
  const rows = [...trace.keys()].sort();
  assert.equal(rows.at(0), "networks");
  assert.ok(rows.length >= 3, "pictures overlap, so that they need rows of their own");
  const slices = [...trace.values()].flat();
  const names = slices.filter(({ cat }) => cat === "picture").map(({ name }) => name);
  assert.equal(names.sort(), ["picture 1", "picture 3", "picture 4", "picture 5"]);
  const runs = trace.get("networks")!.filter(({ cat }) => cat === "run");
  assert.is(runs.length, 8);
  assert.not.match(readFileSync(file, "utf8"), /\.dcm/, "pictures are not named");
});

test("screen's reports have steps with --profile only", async () => {
  const reports = async (...args: readonly string[]) => {
    const { code, out, err } = await spinexr("screen", phantom, "--model", both, "--json", ...args);
    assert.is(code, 0);
    assert.is(err, "");
    return JSON.parse(out).reports[0].timings.stages as { run?: { steps: unknown[] } }[];
  };
  const traced = await reports("--trace", join(folder, "one.json"));
  assert.is(traced.length, 6); // decode, prepare, classify, detect, boxes, decision
  assert.ok(traced.every(({ run }) => run === undefined));
  const profiled = (await reports("--profile")).filter(({ run }) => run !== undefined);
  assert.is(profiled.length, 2);
  assert.ok(profiled.every(({ run }) => run!.steps.length > 5));
});

test.run();
