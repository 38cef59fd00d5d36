/** What happens around runs: loss of the device, cancelling, disposal, sharing of weights, indices that are out of range. */
import { assert, skip, suite } from "../shim.ts";
import { runChild } from "./child.ts";

const test = suite("webgpu lifetime");

test("a lost device is a typed error, the next call gets another; nothing outlives its owner", () => {
  const outcome = runChild<Record<string, unknown>>("lifetime.ts");
  if (outcome.skipped !== null) skip(outcome.skipped);
  const { devices, ...facts } = outcome.result;
  assert.equal(facts, {
    sharedOnce: true,
    repeats: true,
    buffersOf100Runs: 0,
    together: true,
    profile: true,
    aborted: "ABORTED",
    stopped: "ABORTED",
    afterStop: true,
    lost: [true, true, true, true],
    lostMidway: "DEVICE_LOST",
    afterLoss: true,
    errors: 0,
    freed: 0,
    disposed: "DISPOSED",
    index: "INVALID_ARGUMENT",
    gathered: true,
    closed: "DISPOSED",
  });
  assert.ok((devices as number) >= 3);
});

test.run();
