/** The ONNX project's operator cases end to end: file in, numbers out, on each backend. */
import { EngineNetwork } from "../../src/api/network.ts";
import type { BackendName } from "../../src/backends/names.ts";
import { openBackend } from "../../src/backends/select.ts";
import { loadNetwork } from "../../src/index.node.ts";
import { parseModel } from "../../src/onnx/import.ts";
import { conformanceCases } from "../onnx/conformance-cases.ts";
import { assert, shared, skip, suite } from "../shim.ts";
import { runCase, type Verdict } from "./run-case.ts";

const test = suite("ONNX conformance");

const cases = () =>
  conformanceCases(shared("third_party/onnx-conformance")).filter(({ inputPaths }) => inputPaths !== null);

type Named = Verdict & { readonly name: string };

function report(label: string, verdicts: readonly Named[]): number {
  const others = verdicts.filter(({ kind }) => kind !== "passed");
  const passed = verdicts.length - others.length;
  console.log(
    `\nNOTE ${label}: passed ${passed} of ${verdicts.length}; not passed: ${others
      .map(({ name, kind }) => `${name.slice(name.indexOf("/") + 1)} (${kind})`)
      .join(", ")}`,
  );
  return passed;
}

const explain = (verdict: Named): string =>
  `${verdict.name}: ${verdict.kind === "passed" ? "" : verdict.message}`;

for (const backend of ["cpu", "wasm"] satisfies BackendName[]) {
  test(`${backend}: right numbers or a refusal at load, never anything else`, async () => {
    // One backend for all cases: loadNetwork() starts one per network, with threads of its own.
    const { instance } = await openBackend({ backend, threads: 2 }).catch((error) => skip(error.message));
    const verdicts: Named[] = [];
    try {
      for (const entry of cases()) {
        const verdict = await runCase(
          entry,
          async (bytes) =>
            new EngineNetwork(parseModel(bytes), instance, { rejected: [], owner: null, optimize: true }),
        );
        verdicts.push({ name: entry.name, ...verdict });
      }
    } finally {
      await instance.dispose();
    }
    const passed = report(backend, verdicts);
    assert.equal(verdicts.filter(({ kind }) => kind === "wrong" || kind === "failed").map(explain), []);
    for (const verdict of verdicts)
      if (verdict.kind === "refused") assert.is(verdict.code, "UNSUPPORTED_OPERATOR", explain(verdict));
    assert.is(verdicts.length, 341);
    assert.ok(passed >= 315, `${passed} passed`);
  });
}

test("with onnxruntime-web for what is outside the set", async () => {
  const verdicts: Named[] = [];
  for (const entry of cases()) {
    const verdict = await runCase(entry, (bytes) => loadNetwork(bytes, { backend: "auto", threads: 1 }));
    verdicts.push({ name: entry.name, ...verdict });
  }
  const passed = report("auto with the delegate", verdicts);
  assert.equal(verdicts.filter(({ kind }) => kind === "wrong").map(explain), []);
  assert.ok(passed >= 325, `${passed} passed`);
});

test.run();
