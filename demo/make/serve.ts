/** npm run demo: builds the page and serves it. Options: --port N, --no-isolation (as a plain static host does), --build-only. */
import { parseArgs } from "node:util";
import { buildDemo } from "./build.ts";
import { listen, siteServer } from "./server.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    "no-isolation": { type: "boolean", default: false },
    "build-only": { type: "boolean", default: false },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65515) {
  console.error(`demo: expected a port from 1 to 65515, found ${values.port}.`);
  process.exit(2);
}
try {
  const folder = await buildDemo();
  if (values["build-only"]) console.log(`demo: ${folder}`);
  else {
    const found = await listen(siteServer(folder, !values["no-isolation"]), port);
    console.log(`demo: http://localhost:${found}/ (Ctrl+C ends it)`);
  }
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exit(1);
}
