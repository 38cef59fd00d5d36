/** The command as people run it: in a process of its own, from the sources. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, shared, suite } from "../shim.ts";

const test = suite("cli");
const root = join(import.meta.dirname, "../..");
const sample = join(root, "models/samples/lumbar-ap.dcm");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-"));
test.after(() => rmSync(folder, { recursive: true }));

function spinexr(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawnSync(process.execPath, ["--import", "tsx", join(root, "src/cli/bin.ts"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_NO_WARNINGS: "1", ...env },
    timeout: 120_000,
  });
  return { code: child.status, out: child.stdout, err: child.stderr };
}

test("screen prints a table, and with --json one document with provenance", () => {
  const plain = spinexr(["screen", sample]);
  assert.is(plain.code, 0, plain.err);
  assert.match(plain.out, /picture +abnormal +verdict/);
  assert.match(plain.err, /not for clinical use/);
  const { code, out, err } = spinexr([
    "screen",
    sample,
    "--json",
    "--backend",
    "wasm",
    "--out",
    join(folder, "out"),
  ]);
  assert.is(code, 0);
  assert.is(err, "");
  const document = JSON.parse(out);
  assert.is(document.schema, "spinexr.reports/1");
  assert.is(document.reports[0].input, sample);
  assert.is(document.reports[0].provenance.backend, "wasm");
  assert.match(document.reports[0].provenance.isa, /^wasm_/);
  assert.equal(JSON.parse(readFileSync(join(folder, "out/lumbar-ap.dcm.json"), "utf8")), document);
});

test("inputs that fail are reported beside those that do not, with exit code 1, within 2 s each", () => {
  const files: Record<string, Uint8Array> = {
    "empty.dcm": new Uint8Array(),
    "text.dcm": new TextEncoder().encode("this is a text file, not a picture\n".repeat(20)),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const names = [...Object.keys(files).map((name) => join(folder, name)), join(folder, "absent.dcm"), sample];
  const { code, out } = spinexr(["screen", ...names, "--json"]);
  assert.is(code, 1);
  const { reports } = JSON.parse(out);
  assert.equal(
    reports.map((r: { input: string }) => r.input),
    names,
  );
  assert.equal(
    reports.map((r: { error?: { code: string } }) => r.error?.code),
    ["UNSUPPORTED_FORMAT", "UNSUPPORTED_FORMAT", "FILE_NOT_FOUND", undefined],
  );
  for (const report of reports.slice(0, 3)) assert.ok(report.error.message.length > 20);
});

test("wrong usage exits with 2 and names the nearest valid word", () => {
  for (const [args, message] of [
    [[], /spinexr screen FILES/],
    [["scren", sample], /Did you mean "screen"/],
    [["screen", sample, "--modle", "x"], /Did you mean "--model"/],
    [["screen", sample, "--backend", "gpu"], /auto, cuda, cpu, wasm/],
    [["screen", sample, "--backend", "cpu", "--device", "1"], /--device goes with --backend cuda, found cpu/],
    [["run", "a.onnx", "--backend", "ort", "--allow-tf32"], /--allow-tf32 goes with --backend cuda/],
    [["screen", sample, "--precision", "half"], /fp32, fp16/],
    [["screen", sample, "--device", "first"], /whole number/],
    [["screen", sample, "--threads", "many"], /whole number/],
    [["screen"], /at least one file/],
    [["convert", "a.pth", "--out", "x"], /--arch/],
    [["convert", "a.pth", "--out", "x", "--arch", "densnet121"], /Did you mean "densenet121"/],
    [["run", "a.onnx", "--fill", "ones"], /zeros/],
  ] as const) {
    const { code, err, out } = spinexr(args);
    assert.is(code, 2, `${args.join(" ")}: ${err}`);
    assert.match(err, message);
    assert.is(out, "");
  }
});

test("what a backend cannot do is refused with the way out; the options are in the help of all that run networks", () => {
  for (const [args, message] of [
    [
      ["screen", sample, "--backend", "cpu", "--precision", "fp16"],
      /computes in fp32, not in fp16; .* "cuda"/,
    ],
    [["tune", "--backend", "cuda"], /finds the fastest algorithms by itself/],
    [["screen", sample, "--tune", "--deterministic"], /"deterministic" excludes/],
  ] as const) {
    const { code, err } = spinexr(args);
    assert.is(code, 1, err);
    assert.match(err, message);
  }
  for (const command of ["screen", "run", "evaluate", "info", "tune"]) {
    const { out } = spinexr([command, "--help"]);
    assert.match(out, /auto \(default\), cuda, cpu, wasm/);
    for (const option of ["--precision", "--device", "--allow-tf32", "--deterministic"])
      assert.match(out, option);
  }
});

test("info lists backends with reasons; a forced kernel set that is not there is said", () => {
  const { code, out } = spinexr(["info", "--json"]);
  assert.is(code, 0);
  const { backends, packages } = JSON.parse(out);
  for (const backend of backends)
    assert.equal(Object.keys(backend).sort(), ["available", "device", "isa", "name", "reason"]);
  assert.ok(packages.includes("sample-tiny"));
  const forced = spinexr(["screen", sample, "--backend", "cpu"], { SPINEXR_FORCE_ISA: "avx1024" });
  assert.is(forced.code, 1);
  assert.match(forced.err, /BACKEND_UNAVAILABLE.*avx1024/);
  const reference = spinexr(["screen", sample, "--json"], { SPINEXR_FORCE_ISA: "reference" });
  assert.is(JSON.parse(reference.out).reports[0].provenance.isa, "reference");
});

test("convert, info --plan and run work on the package that came out", () => {
  const out = join(folder, "package");
  const converted = spinexr([
    "convert",
    shared("golden/models/densenet121.pth"),
    "--arch",
    "densenet121",
    "--out",
    out,
  ]);
  assert.is(converted.code, 0, converted.err);
  assert.ok(existsSync(join(out, "model.json")));
  const network = join(out, "densenet121.onnx");
  const plan = spinexr(["info", network, "--plan", "--shape", "image=1x3x224x224"]);
  assert.is(plan.code, 0, plan.err);
  assert.match(plan.out, /conv/);
  const run = spinexr([
    "run",
    network,
    "--shape",
    "image=2x3x64x64",
    "--save",
    join(folder, "npy"),
    "--json",
  ]);
  assert.is(run.code, 0, run.err);
  const { outputs, backend } = JSON.parse(run.out);
  assert.equal(outputs[0].dims, [2, 1]);
  assert.is(backend.name, "cpu");
  assert.ok(existsSync(join(folder, "npy/logits.npy")));
  const again = spinexr([
    "convert",
    shared("golden/models/densenet121.pth"),
    "--arch",
    "densenet121",
    "--out",
    out,
  ]);
  assert.is(again.code, 1);
  assert.match(again.err, /--force|force/);
});

test.run();
