/**
 * The wrappers of NVIDIA's libraries over stand-ins that are compiled here: which calls they make, with what, in which
 * order; what becomes of every failure; that nothing is opened before it is used; and our declarations against the
 * vendor's headers where those are installed.
 */
import { join } from "node:path";
import { execute, hasCommand } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import {
  buildLibraries,
  compiler,
  folder,
  incomplete,
  removeLibraries,
  runLibraries as run,
  shareLibraries,
} from "./libraries-build.ts";
import { CHECKS, compareHeaders } from "./libraries-headers.ts";

const test = suite("cuda libraries");
test.after(removeLibraries);

/** The lines that speak of algorithms or of what they compute. */
const algorithms = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith("algorithm "));
const without = (lines: readonly string[], start: string): string[] =>
  lines.filter((line) => !line.startsWith(start));

test("driver: version, devices and every reason against it", async () => {
  const calls = ["cuDriverGetVersion", "cuInit 0", "cuDeviceGetCount"];
  assert.equal(await run("driver"), [...calls, "ok version 13000 devices 2"]);
  assert.equal(await run("driver", { FAKE_VERSION: "12080" }), [
    "cuDriverGetVersion",
    "probe_driver: status 5, the NVIDIA driver supports CUDA 12.8, this build needs 13.0; install a newer driver",
    "refused version 12080 devices 0",
  ]);
  for (const [variable, value] of [
    ["FAKE_FAIL", "cuInit=100"],
    ["FAKE_DEVICES", "0"],
  ] as const) {
    const lines = await run("driver", { [variable]: value });
    assert.match(lines.at(-2) as string, /status 5, the NVIDIA driver finds no device/);
  }
  const failed = await run("driver", { FAKE_FAIL: "cuInit=999" });
  assert.match(failed.at(-2) as string, /refuses cuInit: CUDA_ERROR_FAKE \(999\), without a reason/);
  const lacking = await run("driver", {}, incomplete);
  assert.match(lacking[0] as string, /status 5, the NVIDIA driver has no function cuDeviceGetCount \(/);
});

test("a library that is missing, incomplete or too old is told with the loader's words", async () => {
  const nowhere = join(folder, "nowhere");
  const missing = await run("conv", { SPINEXR_CUDNN_PATH: nowhere });
  assert.is(missing.length, 1);
  assert.match(
    missing[0] as string,
    /^Cudnn::create: status 5, cuDNN 9 cannot be opened \(.*nowhere\/libcudnn\.so\.9: /,
  );
  assert.match(missing[0] as string, /the folder is the one in SPINEXR_CUDNN_PATH$/);
  const both = await run("matmul", { SPINEXR_CUBLAS_PATH: nowhere });
  assert.match(both[0] as string, /libcublasLt\.so\.13: .*; .*libcublasLt\.so\.12: /);
  const endless = await run("conv", { SPINEXR_CUDNN_PATH: "a".repeat(5000) });
  assert.match(endless[0] as string, /the folder in SPINEXR_CUDNN_PATH is longer than/);

  const lacking = await run("conv", {}, incomplete);
  assert.match(
    lacking.at(-1) as string,
    /status 5, cuDNN 9 has no function cudnnSetConvolutionGroupCount \(/,
  );
  const older = await run("matmul", {}, incomplete);
  assert.match(older.at(-1) as string, /status 5, cuBLASLt has no function cublasLtMatmul \(/);
  assert.match(
    (await run("conv", { FAKE_VERSION: "8907" })).at(-1) as string,
    /status 5, cuDNN says it is version 8907, expected 9/,
  );
  assert.match(
    (await run("matmul", { FAKE_VERSION: "111103" })).at(-1) as string,
    /status 5, cuBLASLt says it is version 111103, expected 12/,
  );
});

test("nothing is opened before it is used", async () => {
  const lines = (await run("lazy")).filter((line) => line.includes(": "));
  assert.equal(lines, [
    "start: libcuda 0 libcudnn 0 libcublasLt 0",
    "driver: libcuda 1 libcudnn 0 libcublasLt 0",
    "cudnn: libcuda 1 libcudnn 1 libcublasLt 0",
    "end: libcuda 1 libcudnn 1 libcublasLt 1",
  ]);
});

test("the first use may come from several threads", async () => {
  const lines = await run("threads");
  assert.equal(lines.sort(), ["0 threads failed", "cublasLtGetVersion", "cudnnGetVersion"]);
});

test("cuDNN: descriptors of an fp16 convolution with bias, residual and ReLU", async () => {
  const lines = await run("conv");
  assert.equal(lines.slice(0, 12), [
    "cudnnGetVersion",
    "cudnnCreate",
    "tensor f16 n 2 c 6 h 5 w 7 strides 315 1 63 9",
    "tensor f16 n 2 c 4 h 3 w 7 strides 84 1 28 4",
    "tensor f16 n 1 c 4 h 1 w 1 strides 4 1 4 4",
    "tensor f16 n 2 c 4 h 3 w 7 strides 105 1 35 5",
    "filter f16 format 1 o 4 i 3 h 3 w 2",
    "convolution pad 1 1 stride 2 1 dilation 1 2 mode 1 sums f32",
    "groups 2",
    "math 1",
    "activation 1 nan 0 coefficient 0",
    "list at most 24",
  ]);
  const start = lines.indexOf("y 3 x 7");
  assert.equal(lines.slice(start + 1, start + 9), [
    "math 1",
    "algorithm winograd workspace 4096 deterministic 0 tensor cores 1",
    "cudnnSetStream 0x10",
    "fused algorithm 6 math 1 workspace 4096 alpha1 1 alpha2 1",
    "math 1",
    "algorithm implicit_precomp_gemm workspace 128 deterministic 1 tensor cores 1",
    "cudnnSetStream 0x10",
    "fused algorithm 1 math 1 workspace 128 alpha1 1 alpha2 1",
  ]);
  // A wrong index, a missing pointer; then every descriptor goes, and the handle last.
  assert.match(lines.at(-11) as string, /^use: status 1, algorithm 5 of 5/);
  assert.match(lines.at(-10) as string, /^enqueue: status 9/);
  assert.equal(lines.slice(-2), ["cudnnDestroy", "alive 0"]);
});

test("cuDNN: only algorithms within the options", async () => {
  const names = async (options: string): Promise<string> =>
    algorithms(await run(`conv ${options}`))
      .map((line) => line.replace(/^algorithm (\S+) workspace .* cores (\d)$/, "$1/$2"))
      .join(" ");
  // fp32 as fp32; with TF32 never rounded to fp16; fp16 as it comes.
  assert.is(await names("f32"), "winograd/0 implicit_precomp_gemm/0 implicit_gemm/0");
  assert.is(
    await names("f32 tf32"),
    "winograd/1 implicit_precomp_gemm/1 implicit_precomp_gemm/1 implicit_gemm/1",
  );
  assert.is(
    await names("deterministic"),
    "implicit_precomp_gemm/1 implicit_precomp_gemm/1 gemm/1 implicit_gemm/1",
  );
  assert.is(await names("small"), "implicit_gemm/1");
  assert.is(await names("identity"), "implicit_precomp_gemm/1 implicit_precomp_gemm/1");
  assert.is(await names("f32 identity"), "implicit_precomp_gemm/0");
  const plain = await run("conv f32 plain");
  assert.ok(plain.includes("forward algorithm 1 math 3 workspace 128 alpha 1 beta 0"));
  assert.not.ok(plain.some((line) => line.startsWith("activation")));
  assert.match(
    (await run("conv", { FAKE_EMPTY: "1" })).find((line) => line.startsWith("not supported")) as string,
    /no algorithm for this convolution within the options \(0 listed\)/,
  );
});

const SETUP_CUDNN = [
  "cudnnCreateTensorDescriptor",
  "cudnnSetTensor4dDescriptorEx",
  "cudnnCreateFilterDescriptor",
  "cudnnSetFilter4dDescriptor",
  "cudnnCreateConvolutionDescriptor",
  "cudnnSetConvolution2dDescriptor",
  "cudnnSetConvolutionGroupCount",
  "cudnnSetConvolutionMathType",
  "cudnnCreateActivationDescriptor",
  "cudnnSetActivationDescriptor",
  "cudnnGetConvolutionForwardAlgorithm_v7",
  "cudnnGetConvolutionForwardWorkspaceSize",
];

test("cuDNN: a failure anywhere becomes a status and a sentence, and nothing leaks", async () => {
  const started = await run("conv", { FAKE_FAIL: "cudnnCreate=1001" });
  assert.match(
    started.at(-1) as string,
    /^Cudnn::create: status 5, cudnnCreate fails with CUDNN_STATUS_FAKE \(1001\)/,
  );
  for (const call of SETUP_CUDNN) {
    const refused = await run("conv", { FAKE_FAIL: `${call}=3004` });
    assert.ok(
      refused.some((line) => line.startsWith("not supported: ")),
      call,
    );
    assert.is(refused.at(-1), "alive 0");
    for (const [number, status] of [
      [4003, 3],
      [5000, 9],
      [7777, 9],
    ]) {
      const lines = await run("conv", { FAKE_FAIL: `${call}=${number}` });
      const said = lines.find((line) => line.startsWith("CudnnConv::create"));
      assert.ok(
        said?.startsWith(
          `CudnnConv::create: status ${status}, ${call} fails with CUDNN_STATUS_FAKE (${number}): two lines`,
        ),
        said,
      );
      assert.is(lines.at(-1), "alive 0");
    }
  }
  for (const call of ["cudnnSetStream", "cudnnConvolutionBiasActivationForward"]) {
    const lost = await run("conv", { FAKE_FAIL: `${call}=5000`, FAKE_SILENT: "1" });
    assert.ok(lost.includes(`enqueue: status 9, ${call} fails with an unknown status (5000)`), call);
    assert.is(lost.at(-1), "alive 0");
  }
  const cannot = await run("conv f32 plain", { FAKE_FAIL: "cudnnConvolutionForward=3000" });
  assert.ok(cannot.some((line) => line.startsWith("enqueue: status 7, cudnnConvolutionForward fails")));
});

test("cuDNN: shapes that its descriptors cannot say are not supported", async () => {
  const lines = (await run("conv-refused", { FAKE_QUIET: "1" })).map((line) => line.replace(/\d{4,}/g, "N"));
  assert.equal(lines, [
    "a size of the convolution is 0",
    "a size of the convolution is N",
    "a pad of the convolution is -1",
    "6 to 4 channels cannot be cut into 4 groups",
    "the kernel is larger than the padded image",
    "the kernel is larger than the padded image",
    "cuDNN cannot pad by 1, 1, 3, 1 (top, left, bottom, right)",
    "a pixel stride of 5 elements with 5 x 7 pixels of 6 channels",
    "a pixel stride of N elements with 5 x 7 pixels of 6 channels",
    "a pixel stride of N elements with 5 x 7 pixels of 6 channels",
    "a residual or ReLU without a bias",
    "supported",
  ]);
});

test("cuDNN and cuBLASLt: what the descriptors say is what was asked for", async () => {
  const seed = String(Math.floor(Math.random() * 1e9));
  assert.equal(
    await run(`conv-numbers ${seed}`, { FAKE_QUIET: "1" }),
    ["convolutions agree"],
    `seed ${seed}`,
  );
  assert.equal(await run(`matmul-numbers ${seed}`, { FAKE_QUIET: "1" }), ["products agree"], `seed ${seed}`);
});

test("cuBLASLt: descriptors of a batch of products with bias, residual and ReLU", async () => {
  const lines = without(await run("matmul"), "batch 2 stride 0");
  assert.equal(lines.slice(0, 23), [
    "cublasLtGetVersion",
    "cublasLtCreate",
    "layout type 2 rows 7 columns 3 leading 8",
    "batch 2 stride 24",
    "layout type 2 rows 7 columns 5 leading 9",
    "layout type 0 rows 5 columns 3 leading 6",
    "batch 2 stride 18",
    "layout type 0 rows 5 columns 3 leading 5",
    "batch 2 stride 15",
    "operation compute 68 scale 0",
    "attribute 3 = 1",
    "attribute 4 = 0",
    "attribute 7 = 6",
    "attribute 26 = 0",
    "attribute 8",
    "preference 1 = 268435456",
    "preference 3 = 2",
    "preference 5 = 4",
    "preference 6 = 4",
    "preference 7 = 4",
    "preference 8 = 4",
    "list at most 16",
    "alive 6",
  ]);
  assert.equal(lines.slice(23, 32), [
    "algorithm workspace 0 waves 0.5",
    "attribute 8",
    "multiply algorithm 11 workspace 0 stream 0x10 alpha 1 beta 1",
    "algorithm workspace 512 waves 1",
    "attribute 8",
    "multiply algorithm 33 workspace 512 stream 0x10 alpha 1 beta 1",
    "algorithm workspace 64 waves 2",
    "attribute 8",
    "multiply algorithm 55 workspace 64 stream 0x10 alpha 1 beta 1",
  ]);
  assert.match(lines[32] as string, /^use: status 1/);
  assert.match(lines[33] as string, /^enqueue: status 9, .* pointers/);
  assert.match(lines[34] as string, /^enqueue: status 9, a matrix is not aligned to the 4 bytes/);
  assert.is(lines.at(-1), "alive 0");
  const plain = await run("matmul f32 plain small");
  assert.is(algorithms(plain).length, 2);
  assert.not.ok(plain.some((line) => line.startsWith("batch") || line.startsWith("attribute 8")));
  assert.ok((await run("matmul f32")).includes("operation compute 68 scale 0"));
  assert.ok((await run("matmul f32 tf32")).includes("operation compute 77 scale 0"));
  assert.ok((await run("matmul tf32")).includes("operation compute 68 scale 0"));
});

test("cuBLASLt: a failure anywhere becomes a status and a sentence, and nothing leaks", async () => {
  const started = await run("matmul", { FAKE_FAIL: "cublasLtCreate=1" });
  assert.match(
    started.at(-1) as string,
    /^CublasLt::create: status 5, cublasLtCreate fails with a fake status \(1\)$/,
  );
  for (const call of [
    "cublasLtMatrixLayoutCreate",
    "cublasLtMatrixLayoutSetAttribute",
    "cublasLtMatmulDescCreate",
    "cublasLtMatmulDescSetAttribute",
    "cublasLtMatmulPreferenceSetAttribute",
    "cublasLtMatmulAlgoGetHeuristic",
  ]) {
    const refused = await run("matmul", { FAKE_FAIL: `${call}=15` });
    assert.ok(
      refused.some((line) => line.startsWith("not supported: ")),
      call,
    );
    assert.is(refused.at(-1), "alive 0");
    for (const [number, status] of [
      [3, 3],
      [13, 9],
      [99, 9],
    ]) {
      const lines = await run("matmul", { FAKE_FAIL: `${call}=${number}`, FAKE_SILENT: "1" });
      const said = `LtMatmul::create: status ${status}, ${call} fails with an unknown status (${number})`;
      assert.ok(lines.includes(said), `${call} ${number}`);
      assert.is(lines.at(-1), "alive 0");
    }
  }
  const lost = await run("matmul", { FAKE_FAIL: "cublasLtMatmul=13" });
  assert.ok(lost.includes("enqueue: status 9, cublasLtMatmul fails with a fake status (13)"));
  const empty = await run("matmul", { FAKE_EMPTY: "1" });
  assert.ok(
    empty.some((line) => line.includes("no algorithm for this product within the options (0 listed)")),
  );
});

test("cuBLASLt: shapes that it cannot do are not supported", async () => {
  const lines = await run("matmul-refused", { FAKE_QUIET: "1" });
  assert.equal(lines, [
    "a size of the product is 0",
    "a size of the product is 2147483648",
    "rows of 7 numbers every 6, matrices every 24",
    "rows of 7 numbers every 6, matrices every 0",
    "rows of 5 numbers every 4, matrices every 18",
    "rows of 5 numbers every 4, matrices every 15",
    "rows of 7 numbers every 8, matrices every -1",
    "a batch that writes one matrix",
    "cuBLASLt has no product of fp32 matrices with an fp16 result",
    "an alignment of 12 bytes is no power of two",
    "supported",
  ]);
});

test("no library of NVIDIA's is linked", async () => {
  await buildLibraries();
  if (!hasCommand("readelf")) skip("readelf is not installed");
  const library = await shareLibraries();
  const needed = (await execute("readelf", ["-d", library]))
    .split("\n")
    .filter((line) => line.includes("NEEDED"));
  assert.ok(needed.length > 0);
  assert.equal(
    needed.filter((line) => /cuda|cudnn|cublas|nvidia/i.test(line)),
    [],
  );
});

for (const name of Object.keys(CHECKS)) {
  test(`${name}: our declarations are those of its headers`, async () => {
    if (!hasCommand(compiler)) skip(`${compiler} is not installed`);
    const compared = await compareHeaders(name, compiler);
    if (compared === null)
      skip(`${CHECKS[name]?.header} is not on this machine (set ${CHECKS[name]?.variable})`);
  });
}

test.run();
