/** Tuning from the command line. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, suite } from "../shim.ts";
import { runCli } from "../support/run-cli.ts";
import { tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("cli tune");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-tune-"));
test.after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "../..");
const network = join(root, "models/sample-tiny/densenet.onnx");
const phantom = join(root, "models/samples/lumbar-ap.dcm");
const both = writeDetectorPackage(join(folder, "both"), tinyDetector());
const SHAPE = ["--shape", "image=1x3x64x64"];
const STORE = ["--tuning-store", join(folder, "store")];
const CPU = ["--backend", "cpu", "--threads", "2"];

const ok = async (...args: readonly string[]): Promise<{ out: string; err: string }> => {
  const { code, out, err } = await runCli(args);
  assert.is(code, 0, err);
  return { out, err };
};
const choosers = (text: string): string[] =>
  JSON.parse(text)
    .networks.flatMap(({ plan }: { plan: { steps: { chosenBy: string | null }[] } }) => plan.steps)
    .flatMap(({ chosenBy }: { chosenBy: string | null }) => chosenBy ?? []);

test("tune measures once; --tuned and info --plan use it", async () => {
  const first = await ok("tune", network, ...CPU, ...SHAPE, ...STORE);
  assert.match(first.out, /layer +steps +auto ms +winograd2 ms +winograd4 ms +strassen ms +model +tuned\n/);
  assert.match(first.out, /as the cost model chooses [\d.]+ ms, tuned [\d.]+ ms/);
  assert.match(first.err, /^[1-9]\d* shapes measured/);
  assert.is(readdirSync(join(folder, "store")).length, 1);
  const second = await ok("tune", network, ...CPU, ...SHAPE, ...STORE, "--json");
  assert.match(second.err, /^0 shapes measured/);
  const [{ role, layers }] = JSON.parse(second.out).networks;
  assert.is(role, "network");
  assert.ok(layers.length > 0);
  for (const { ms, usual, algorithm, steps } of layers)
    assert.ok(steps > 0 && ms[usual] > 0 && ms[algorithm] > 0 && ms[algorithm] <= ms[usual]);
  assert.match((await ok("tune", network, ...CPU, ...SHAPE, ...STORE, "--again")).err, /^[1-9]/);

  const plan = ["info", network, "--plan", ...SHAPE, "--json"];
  assert.ok(choosers((await ok(...plan)).out).every((who) => who === "model"));
  assert.ok(choosers((await ok(...plan, ...CPU, ...STORE, "--tuned")).out).includes("tuned"));
  assert.match((await ok("info", network, "--plan", ...SHAPE)).out, /FLOP\/B +chosen by +name/);
  const ran = await ok("run", network, ...CPU, ...SHAPE, ...STORE, "--tuned", "--json");
  assert.is(JSON.parse(ran.out).tuning.tuned, true);
});

test("screen --tune says so in its report; tune --model takes a package", async () => {
  const { out } = await ok("screen", phantom, "--model", both, ...CPU, ...STORE, "--tune", "--json");
  const [{ provenance }] = JSON.parse(out).reports;
  assert.is(provenance.tuned, true);
  assert.is(provenance.overridden, false);
  const tuned = await ok("tune", "--model", both, "--shape", "finder=1x3x64x64", ...CPU, ...STORE);
  assert.match(tuned.out, /^classifier (.|\n)*\ndetector finder\n/);
});

test("--algorithm overrides; wrong uses are refused", async () => {
  const { networks } = JSON.parse((await ok("info", network, "--plan", ...SHAPE, "--json")).out);
  const conv = networks[0].plan.steps.find(({ kind }: { kind: string }) => kind === "conv").name;
  const plan = ["info", network, "--plan", ...SHAPE, "--json"];
  assert.is(choosers((await ok(...plan, "--algorithm", `${conv}=gemm`)).out)[0], "override");
  const fails = async (expected: number, message: RegExp, ...args: readonly string[]) => {
    const { code, err } = await runCli(args);
    assert.is(code, expected, err);
    assert.match(err, message);
  };
  await fails(1, /INVALID_ALGORITHM.*no convolution/, ...plan, "--algorithm", "nothing=gemm");
  await fails(1, /INVALID_ALGORITHM.*winograd2/, ...plan, "--algorithm", `${conv}=winograd2`);
  await fails(2, /expects LAYER=NAME/, ...plan, "--algorithm", conv);
  await fails(2, /Did you mean "gemm"/, ...plan, "--algorithm", `${conv}=gem`);
  await fails(2, /NETWORK:LAYER=NAME/, "screen", phantom, "--model", both, "--algorithm", "a=gemm");
  await fails(2, /give one of them/, "run", network, ...SHAPE, "--tune", "--tuned");
  await fails(2, /--tuning-store goes with/, "run", network, ...SHAPE, ...STORE);
  await fails(2, /--tuned goes with --plan/, "info", network, "--tuned");
  await fails(2, /not both/, "tune", network, "--model", both);
  for (const command of ["tune", "info"])
    await fails(2, new RegExp(`is a model package.*spinexr ${command} --model`), command, both);
  await fails(2, /is a model package.*one of the .onnx files/, "run", both);
  await fails(2, /at most one/, "tune", network, network);
});

test.run();
