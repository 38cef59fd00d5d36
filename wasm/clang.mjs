/**
 * Compiles and links with the clang of the npm package @yowasp/clang, which is itself WebAssembly and works on a
 * virtual file system. Objects are cached by content under build/wasm/, because a file takes seconds.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

export const hash = (...parts) => {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part).update("\0");
  return sum.digest("hex").slice(0, 32);
};

/** Every file of a folder that a C++ file may include, by path relative to the root. */
export function readHeaders(root, folder = "native") {
  const headers = {};
  for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
    const path = `${folder}/${entry.replaceAll("\\", "/")}`;
    if (/\.(h|inc)$/.test(path) && !path.startsWith("native/addon/"))
      headers[path] = readFileSync(join(root, path), "utf8");
  }
  return headers;
}

/** { "a/b.h": text } as nested folders. */
function toTree(files) {
  const tree = {};
  for (const [path, content] of Object.entries(files)) {
    const folders = path.split("/");
    const name = folders.pop();
    let folder = tree;
    for (const part of folders) {
      folder[part] ??= {};
      folder = folder[part];
    }
    folder[name] = content;
  }
  return tree;
}

/** Runs clang++ on the given files; the bytes of `output`. A failure carries the compiler's words. */
async function run(args, files, output) {
  const { runClang, runLLVM } = await import("@yowasp/clang");
  await runLLVM(null, {}, { fetchProgress: () => {} }); // loads the compiler without its progress lines
  let text = "";
  const collect = (bytes) => {
    if (bytes !== null) text += new TextDecoder().decode(bytes);
  };
  try {
    const result = await runClang(["clang++", ...args], toTree(files), {
      stdout: collect,
      stderr: collect,
    });
    return { bytes: result[output], text };
  } catch (error) {
    throw new Error(text || String(error));
  }
}

/** Objects of `jobs` ({ source, flags }), as { name: bytes }, compiled in `parallel` threads where not cached. */
export async function compileAll(root, jobs, parallel) {
  const headers = readHeaders(root);
  const headerHash = hash(JSON.stringify(headers));
  const cache = join(root, "build", "wasm");
  mkdirSync(cache, { recursive: true });
  for (const job of jobs) {
    job.text = readFileSync(join(root, job.source), "utf8");
    // Of sources elsewhere, the files beside them too, which nothing else is compiled again for.
    const folder = posix.dirname(job.source);
    job.beside = folder.startsWith("native/") ? {} : readHeaders(root, folder);
    job.key = hash(version(root), headerHash, JSON.stringify(job.beside), job.source, job.text, ...job.flags);
    job.file = join(cache, `${job.key}.o`);
  }
  const missing = [...new Map(jobs.filter((job) => !existsSync(job.file)).map((j) => [j.key, j])).values()];
  const compileRest = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { headers } });
      const next = () => {
        const job = missing.shift();
        if (job === undefined) {
          resolve();
          void worker.terminate();
        } else worker.postMessage(job);
      };
      worker.on("message", ({ job, bytes, text, error }) => {
        if (text) process.stderr.write(text);
        if (error !== undefined) {
          missing.length = 0;
          reject(new Error(`${job.source} does not compile to WebAssembly:\n${error}`));
          void worker.terminate();
          return;
        }
        writeFileSync(`${job.file}.part`, bytes);
        renameSync(`${job.file}.part`, job.file);
        next();
      });
      worker.on("error", reject);
      next();
    });
  const count = missing.length;
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, compileRest));
  return {
    compiled: count,
    objects: Object.fromEntries(jobs.map((job) => [`${job.key}.o`, readFileSync(job.file)])),
  };
}

/** Links objects into one module. */
export async function link(flags, objects) {
  const { bytes, text } = await run(
    [...flags, ...Object.keys(objects), "-o", "out.wasm"],
    objects,
    "out.wasm",
  );
  if (text) process.stderr.write(text);
  return bytes;
}

/** Version of the compiler, part of every cache key. */
export function version(root) {
  const manifest = join(root, "node_modules", "@yowasp", "clang", "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : "absent";
}

if (!isMainThread && workerData?.headers) {
  parentPort.on("message", async (job) => {
    try {
      const files = { ...workerData.headers, ...job.beside, [job.source]: job.text };
      const { bytes, text } = await run([...job.flags, "-c", job.source, "-o", "out.o"], files, "out.o");
      parentPort.postMessage({ job, bytes, text });
    } catch (error) {
      parentPort.postMessage({ job, error: error.message });
    }
  });
}
