/** Where NVIDIA's headers and libraries lie when they came as Python packages. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const found = new Map<string, readonly string[]>();

/** The nvidia folders of that Python's packages; none without Python. */
export function nvidiaFolders(python = "python3"): readonly string[] {
  let folders = found.get(python);
  if (folders === undefined) {
    const script = "import nvidia; print('\\n'.join(nvidia.__path__))";
    const run = spawnSync(python, ["-c", script], { encoding: "utf8" });
    folders = run.status === 0 ? run.stdout.split("\n").filter((line) => line !== "") : [];
    found.set(python, folders);
  }
  return folders;
}

const LIBRARIES = [
  { variable: "SPINEXR_CUDNN_PATH", name: "libcudnn.so.", folders: ["cudnn/lib"] },
  { variable: "SPINEXR_CUBLAS_PATH", name: "libcublasLt.so.", folders: ["cu13/lib", "cublas/lib"] },
] as const;

/** Tells the CUDA library of cuDNN and cuBLAS in Python's packages, unless the caller has said where they are. */
export function useVendorLibraries(python?: string): void {
  for (const { variable, name, folders } of LIBRARIES) {
    if ((process.env[variable] ?? "") !== "") continue;
    const folder = nvidiaFolders(python)
      .flatMap((root) => folders.map((inner) => join(root, inner)))
      .find((path) => existsSync(path) && readdirSync(path).some((file) => file.startsWith(name)));
    if (folder !== undefined) process.env[variable] = folder;
  }
}
