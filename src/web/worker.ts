/** Worker entry: the engine of a page. */
import { workerMain } from "../platform/worker-scope.ts";
import { serve } from "./host.ts";

workerMain(serve);
