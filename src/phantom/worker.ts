/** Makes files in a thread of its own: numbers in, bytes out. */
import { workerScope } from "../platform/workers.ts";
import { phantomDicom } from "./file.ts";
import { type PhantomKey, planPhantom } from "./plan.ts";

const scope = workerScope<null>();
scope.onMessage((message) => {
  const bytes = phantomDicom(planPhantom(message as PhantomKey));
  scope.post(bytes, [bytes.buffer as ArrayBuffer]);
});
