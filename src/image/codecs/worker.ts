/** Thread entry: one job at a time. It is ended from outside when a codec does not come back. */
import { SpineXRError } from "../../api/errors.ts";
import { workerMain } from "../../platform/worker-scope.ts";
import type { DecodeAnswer, DecodeJob } from "./codec.ts";
import { decode } from "./decode.ts";

workerMain<null>((scope) => {
  scope.onMessage(async (message) => {
    try {
      const { width, height, components, bits, signed, planar, bytes } = await decode(message as DecodeJob);
      const decoded = { width, height, components, bits, signed, planar, bytes };
      scope.post({ ok: true, decoded } satisfies DecodeAnswer, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      scope.post(failure(error));
    }
  });
  scope.post("ready");
});

function failure(error: unknown): DecodeAnswer {
  if (error instanceof SpineXRError) return { ok: false, code: error.code, message: error.message };
  return { ok: false, code: "DECODE_FAILED", message: `The picture cannot be decoded: ${error}.` };
}
