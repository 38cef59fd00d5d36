/** The core in linear memory: one function per request of messages.ts. Runs in the engine worker. */

import type { ThreadExports } from "../../../wasm/module.d.ts";
import { SpineXRError } from "../../api/errors.ts";
import { callBoxes } from "./boxes.ts";
import { Heap } from "./heap.ts";
import type { WasmInstance } from "./instance.ts";
import type { EngineReady, Kind, Protocol } from "./messages.ts";
import { IMAGE_INPUT_BYTES, VOI_BYTES, writeImageInput, writeVoi } from "./structs.ts";

/** Stack of a pool worker; the main stack has the same size (wasm/build.mjs). */
const STACK_BYTES = 256 * 1024;

type Handlers = { readonly [K in Kind]: (body: Protocol[K]["request"]) => Protocol[K]["answer"] };

export interface WasmEngine {
  readonly ready: EngineReady;
  readonly handlers: Handlers;
}

/** Creates the engine and the blocks that its pool workers need. Throws the core's error. */
export function createEngine(instance: WasmInstance, threads: number, isa: string): WasmEngine {
  const heap = new Heap(instance);
  const core = instance.exports;
  const text = new TextEncoder().encode(`${isa}\0`);
  const engine = heap.with([text.length, 4], (name, out) => {
    heap.write(name, text);
    heap.check(core.spx_engine_create(threads, name, out));
    return heap.view.getUint32(out, true);
  });
  const abort = heap.allocate(4);
  heap.view.setInt32(abort, 0, true);

  /** Calls `use` with the address of one 32-bit result pair and reads them. */
  const port = (get: (data: number, bytes: number, count: number) => number) =>
    heap.with([12], (out) => {
      heap.check(get(out, out + 4, out + 8));
      const view = heap.view;
      return {
        data: view.getUint32(out, true),
        bytes: view.getUint32(out + 4, true),
        count: view.getInt32(out + 8, true),
      };
    });

  const handlers: Handlers = {
    createWeights: () =>
      heap.with([4], (out) => {
        heap.check(core.spx_weights_create(out));
        return { weights: heap.view.getUint32(out, true) };
      }),

    weightsBytes: ({ weights }) => core.spx_weights_bytes(weights) >>> 0,

    destroyWeights({ weights }) {
      core.spx_weights_destroy(weights);
      return null;
    },

    createSession({ weights, plan, parts, constantBytes }) {
      return heap.with([plan.length, constantBytes, 4], (planAt, constantsAt, out) => {
        heap.write(planAt, plan);
        for (const { offset, bytes } of parts) {
          if (offset + bytes.length > constantBytes)
            throw new SpineXRError("INVALID_PLAN", "A constant of the plan ends behind constantBytes.");
          heap.write(constantsAt + offset, bytes);
        }
        heap.check(
          core.spx_session_create(
            engine,
            weights,
            planAt,
            plan.length,
            constantsAt,
            constantBytes,
            0,
            0,
            out,
          ),
        );
        const session = heap.view.getUint32(out, true);
        return { session, bytes: session === 0 ? 0 : core.spx_session_bytes(session) >>> 0 };
      });
    },

    run({ session, inputs, outputs, profile }) {
      inputs.forEach((input, i) => {
        const { data, bytes } = port((at, size) => core.spx_session_input(session, i, at, size));
        if (bytes !== input.byteLength)
          throw new SpineXRError(
            "SHAPE_MISMATCH",
            `Input ${i}: expected ${bytes} bytes, found ${input.byteLength}.`,
          );
        heap.write(data, input);
      });
      const steps = profile ? core.spx_session_step_count(session) : 0;
      const stepMs = heap.with([4 * steps], (at) => {
        heap.check(core.spx_session_run(session, abort, profile ? at : 0));
        return profile ? (heap.read(at, { dtype: "f32", length: steps }) as Float32Array) : null;
      });
      const counts = new Int32Array(outputs.length);
      const results = outputs.map((spec, i) => {
        const { data, count } = port((at, size, n) => core.spx_session_output(session, i, at, size, n));
        counts[i] = count;
        return heap.read(data, spec);
      });
      return { outputs: results, counts, stepMs };
    },

    destroySession({ session }) {
      core.spx_session_destroy(session);
      return null;
    },

    display({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi }) {
      const lut = voi.kind === "lut" ? voi.entries : new Uint16Array(0);
      const pixels = height * width;
      return heap.with(
        [samples.byteLength, pixels, VOI_BYTES, lut.byteLength, 4],
        (from, to, at, table, out) => {
          heap.write(from, samples);
          heap.write(table, lut);
          writeVoi(heap.view, at, voi, table);
          const flags = [Number(signed), Number(monochrome1)] as const;
          heap.check(
            core.spx_image_display(from, sampleType, height, width, bitsStored, ...flags, at, to, out),
          );
          const display = heap.read(to, { dtype: "u8", length: pixels }) as Uint8Array;
          return { pixels: display, conversion: heap.view.getInt32(out, true) };
        },
      );
    },

    inputs({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi, inputs }) {
      const lut = voi?.kind === "lut" ? voi.entries : new Uint16Array(0);
      const sizes = inputs.map(({ tensor }) => tensor.byteLength);
      const structs = inputs.length * IMAGE_INPUT_BYTES;
      return heap.with(
        [samples.byteLength, lut.byteLength, VOI_BYTES, structs, 4, ...sizes],
        (from, table, at, list, out, ...tensors) => {
          heap.write(from, samples);
          heap.write(table, lut);
          if (voi !== null) writeVoi(heap.view, at, voi, table);
          inputs.forEach((input, i) => {
            writeImageInput(heap.view, list + i * IMAGE_INPUT_BYTES, input, tensors[i]!);
          });
          const stored = [bitsStored, Number(signed), Number(monochrome1), voi === null ? 0 : at] as const;
          const count = inputs.length;
          heap.check(
            core.spx_image_inputs(engine, from, sampleType, height, width, ...stored, list, count, out),
          );
          const conversion = heap.view.getInt32(out, true);
          const filled = inputs.map(({ tensor }, i) => heap.readInto(tensors[i]!, tensor));
          return { samples, tensors: filled, conversion };
        },
      );
    },

    resize({ pixels, height, width, targetHeight, targetWidth }) {
      const length = targetHeight * targetWidth;
      return heap.with([pixels.length, length], (from, to) => {
        heap.write(from, pixels);
        heap.check(core.spx_image_resize(engine, from, height, width, to, targetHeight, targetWidth));
        return heap.read(to, { dtype: "u8", length }) as Uint8Array;
      });
    },

    boxes: (call) => callBoxes(heap, core, call),

    close() {
      core.spx_engine_destroy(engine);
      return null;
    },
  };

  return {
    ready: {
      engine,
      isa: heap.text(core.spx_engine_isa(engine)),
      threads: core.spx_engine_threads(engine),
      abort,
      pool: Array.from({ length: threads - 1 }, (_, i) => poolBlock(heap, core as ThreadExports, i + 1)),
    },
    handlers,
  };
}

/** Stack and thread-local block of a pool worker. They live as long as the memory. */
function poolBlock(heap: Heap, core: ThreadExports, index: number) {
  const size = core.__tls_size.value as number;
  const align = Math.max(1, core.__tls_align.value as number);
  const tls = heap.allocate(size + align);
  return {
    index,
    stackTop: heap.allocate(STACK_BYTES) + STACK_BYTES,
    tls: Math.ceil(tls / align) * align,
  };
}
