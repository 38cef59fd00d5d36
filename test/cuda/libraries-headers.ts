/**
 * Compares the declarations of native/cuda/libraries with the vendor's headers that this machine has. Run alone it says
 * what was found and fails where something differs: `npx tsx test/cuda/libraries-headers.ts`. Folders come first from
 * SPINEXR_CUDNN_INCLUDE, SPINEXR_CUBLAS_INCLUDE and SPINEXR_CUDA_INCLUDE, then from Python's packages, then from the
 * system.
 */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { execute, root } from "../cpp/build.ts";
import { nvidiaFolders } from "./vendor-folders.ts";

interface Check {
  /** The macro that libraries_check.cpp reads. */
  readonly define: string;
  readonly header: string;
  readonly variable: string;
  /** Folder inside the site packages' nvidia folder. */
  readonly packages: readonly string[];
}

const CUDA = ["cu13/include", "cuda_runtime/include"];
export const CHECKS: Readonly<Record<string, Check>> = {
  driver: { define: "SPX_CHECK_DRIVER", header: "cuda.h", variable: "SPINEXR_CUDA_INCLUDE", packages: CUDA },
  cudnn: {
    define: "SPX_CHECK_CUDNN",
    header: "cudnn.h",
    variable: "SPINEXR_CUDNN_INCLUDE",
    packages: ["cudnn/include"],
  },
  cublasLt: {
    define: "SPX_CHECK_CUBLAS_LT",
    header: "cublasLt.h",
    variable: "SPINEXR_CUBLAS_INCLUDE",
    packages: ["cublas/include", "cu13/include"],
  },
};

const SYSTEM = ["/usr/local/cuda/include", "/usr/include", "/usr/include/x86_64-linux-gnu"];

/** The folder with `header`, or null. */
function find(header: string, variable: string, packages: readonly string[]): string | null {
  const asked = process.env[variable];
  if (asked !== undefined && asked !== "") return existsSync(join(asked, header)) ? asked : null;
  const installed = nvidiaFolders().flatMap((folder) => packages.map((name) => join(folder, name)));
  return [...installed, ...SYSTEM].find((folder) => existsSync(join(folder, header))) ?? null;
}

/**
 * Compiles the comparison for one library; the folder whose headers agree, or null with nothing to compare with. Throws
 * with the compiler's words where a declaration differs.
 */
export async function compareHeaders(name: string, compiler: string): Promise<string | null> {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`no list is called ${name}`);
  const folder = find(check.header, check.variable, check.packages);
  // All of them include the runtime's types.
  const runtime = find("cuda_runtime_api.h", "SPINEXR_CUDA_INCLUDE", CUDA);
  if (folder === null || runtime === null) return null;
  const folders = [...new Set([folder, runtime])].flatMap((path) => ["-isystem", path]);
  const flags = ["-std=c++20", "-fsyntax-only", "-Wno-deprecated-declarations", `-D${check.define}`];
  const source = join(root, "test/cuda/libraries_check.cpp");
  await execute(compiler, [...flags, `-I${join(root, "native")}`, ...folders, source]);
  return folder;
}

if (basename(process.argv[1] ?? "") === "libraries-headers.ts") {
  let compared = 0;
  for (const name of Object.keys(CHECKS)) {
    const folder = await compareHeaders(name, process.env.CXX ?? "c++");
    console.log(`${name}: ${folder === null ? "no headers here" : `agrees with ${folder}`}`);
    if (folder !== null) compared++;
  }
  process.exitCode = compared === 0 ? 1 : 0;
}
