// What tests call in the page. Errors come back as { code, message }.
import * as detection from "/dist/web/detection.js";
import * as spinexr from "/dist/web/index.js";
import * as metrics from "/dist/web/metrics.js";

const hex = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

const failure = (work) =>
  work.then(
    () => null,
    ({ code, message, cause }) => ({ code, message, cause: cause === undefined ? null : String(cause) }),
  );

/** Loads, screens and lets go. */
async function screen(reference, picture, options) {
  const model = await spinexr.loadModel(reference, options);
  const image = await spinexr.readImage(picture);
  const report = await model.screen(image);
  const display = await model.display(image);
  const answer = { report, backend: model.backend, display: await hex(display.pixels) };
  await model.dispose();
  return answer;
}

// The tests' compiler marks functions with it.
globalThis.__name = (of) => of;
globalThis.spinexr = { ...spinexr, detection, metrics, hex, failure, screenOnce: screen };
globalThis.loaded = true;
