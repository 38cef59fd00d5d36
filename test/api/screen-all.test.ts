/** Many pictures: order, failures, bounds, cancelling. */
import { readFileSync } from "node:fs";
import { loadModel, readImage, type ScreeningReport, SpineXRError, screenAll } from "../../src/index.node.ts";
import { assert, suite } from "../shim.ts";

const test = suite("screen all");
const phantom = new Uint8Array(readFileSync(new URL("../../models/samples/lumbar-ap.dcm", import.meta.url)));

test("reports come in order and equal those of single calls; a broken picture stops nobody", async () => {
  await using model = await loadModel("sample-tiny", { backend: "cpu", threads: 2 });
  const expected = await model.screen(await readImage(phantom));
  const sources = [phantom, phantom.subarray(0, 2000), phantom, new Uint8Array(5), phantom];
  const seen: number[] = [];
  const codes: (string | null)[] = [];
  const progress: string[] = [];
  const onProgress = ({ done, failed }: { done: number; failed: number }) =>
    progress.push(`${done}/${failed}`);
  for await (const { index, source, report, error } of screenAll(model, sources, { onProgress })) {
    seen.push(index);
    assert.is(source, sources[index]);
    codes.push(error === null ? null : error.code);
    if (report !== null) {
      assert.equal(report.abnormal, expected.abnormal);
      assert.equal(report.provenance, expected.provenance);
    }
  }
  assert.equal(seen, [0, 1, 2, 3, 4]);
  assert.equal(progress, ["1/0", "2/1", "3/1", "4/2", "5/2"]);
  assert.equal(
    codes.map((code) => code === null),
    [true, false, true, false, true],
  );
});

/** A model whose pictures take until released, counting how many are in work. */
function slowModel() {
  let inWork = 0;
  let most = 0;
  const model = {
    async screen(_: unknown, { signal }: { signal: AbortSignal }): Promise<ScreeningReport> {
      most = Math.max(most, ++inWork);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inWork--;
      if (signal.aborted) throw new SpineXRError("ABORTED", "The run was aborted.");
      return {} as ScreeningReport;
    },
  };
  return { model, most: () => most, inWork: () => inWork };
}

test("an endless source is read only as far as there is room", async () => {
  for (const ahead of [1, 2, 5]) {
    const { model, most, inWork } = slowModel();
    let taken = 0;
    let closed = false;
    const endless = (function* () {
      try {
        for (;;) {
          taken++;
          yield phantom;
        }
      } finally {
        closed = true;
      }
    })();
    let got = 0;
    for await (const outcome of screenAll(model, endless, { ahead })) {
      assert.is(outcome.index, got++);
      assert.ok(taken - got < ahead + 1, `${taken} taken, ${got} given`);
      if (got === 12) break;
    }
    assert.ok(closed, "the source is closed");
    assert.is(inWork(), 0, "nothing goes on behind the caller's back");
    assert.ok(most() <= ahead, `${most()} at a time`);
  }
});

test("a signal ends the loop with ABORTED", async () => {
  const { model, inWork } = slowModel();
  const controller = new AbortController();
  let got = 0;
  const sources = Array.from({ length: 50 }, () => phantom);
  try {
    for await (const _ of screenAll(model, sources, { signal: controller.signal })) {
      if (++got === 3) controller.abort();
    }
    assert.unreachable("the loop went on");
  } catch (error) {
    assert.is((error as SpineXRError).code, "ABORTED");
  }
  assert.ok(got < 8, `${got} pictures after the signal`);
  assert.is(inWork(), 0);
});

test("wrong options and a disposed model are errors, not outcomes", async () => {
  const model = await loadModel("sample-tiny", { backend: "cpu" });
  const codeOf = async (run: () => AsyncIterable<unknown>): Promise<string> => {
    try {
      for await (const _ of run());
      return "";
    } catch (error) {
      return (error as SpineXRError).code;
    }
  };
  assert.is(await codeOf(() => screenAll(model, [phantom], { ahead: 0 })), "INVALID_ARGUMENT");
  assert.is(await codeOf(() => screenAll(model, [phantom], { head: 2 } as never)), "INVALID_ARGUMENT");
  await model.dispose();
  assert.is(await codeOf(() => screenAll(model, [phantom])), "DISPOSED");
});

test.run();
