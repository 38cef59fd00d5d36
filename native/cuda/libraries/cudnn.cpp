#include "cudnn.h"

#include <limits.h>

#include <new>

#include "library.h"

// Calls a function of cuDNN; leaves the surrounding function where it fails.
#define SPX_CUDNN(name, ...) SPX_TRY(checked(api_, #name, api_.name(__VA_ARGS__)))

namespace spinexr::cuda {

using namespace nvidia;

namespace {

constexpr LibraryNames kNames{
    "cuDNN 9",
    "SPINEXR_CUDNN_PATH",
    {"libcudnn.so.9", nullptr},
    "install cuDNN 9 for CUDA 13, or put its folder in SPINEXR_CUDNN_PATH",
};

Status load(CudnnApi* api) {
  DynamicLibrary library;
  SPX_TRY(library.open(kNames));
  SPX_TRY(library.find("cudnnGetVersion", &api->cudnnGetVersion));
  // Before 9 the number is 1000 major + 100 minor + patch.
  const size_t version = api->cudnnGetVersion();
  if (version < 90000 || version >= 100000) {
    return fail(Status::ISA_UNAVAILABLE, "cuDNN says it is version %zu, expected 9 (90000 to 99999)",
                version);
  }
#define SPX_FUNCTION(result, name, parameters) SPX_TRY(library.find(#name, &api->name));
#include "cuda/libraries/cudnn_api.inc"
  return Status::OK;
}

// UNSUPPORTED for what cuDNN refuses: bad parameters as well, because limits that differ between releases
// (sizes, layouts) are reported as either.
Status checked(const CudnnApi& api, const char* call, cudnnStatus_t status) {
  if (status == CUDNN_STATUS_SUCCESS) return Status::OK;
  char words[192] = "";
  api.cudnnGetLastErrorString(words, sizeof words);
  words[sizeof words - 1] = '\0';
  for (char& letter : words) {
    if (letter == '\n' || letter == '\r') letter = ' ';
  }
  const unsigned category = unsigned(status) / 1000;
  const bool memory = status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                      status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  const Status kind = memory                           ? Status::OUT_OF_MEMORY
                      : category == 2 || category == 3 ? Status::UNSUPPORTED
                                                       : Status::INTERNAL;
  const char* name = api.cudnnGetErrorString(status);
  return fail(kind, "%s fails with %s (%u)%s%s", call, name ? name : "an unknown status", unsigned(status),
              words[0] != '\0' ? ": " : "", words);
}

const char* algorithm_name(cudnnConvolutionFwdAlgo_t algorithm) {
  static const char* const names[CUDNN_CONVOLUTION_FWD_ALGO_COUNT] = {
      "implicit_gemm", "implicit_precomp_gemm", "gemm", "direct", "fft", "fft_tiling",
      "winograd",      "winograd_nonfused",
  };
  return algorithm < CUDNN_CONVOLUTION_FWD_ALGO_COUNT ? names[algorithm] : "unknown";
}

int64_t outputs(int64_t size, int64_t pads, int64_t kernel, int64_t stride, int64_t dilation) {
  const int64_t room = size + pads - (kernel - 1) * dilation - 1;
  return room < 0 ? 0 : room / stride + 1;
}

// Refuses what cuDNN's descriptors cannot say; gives the size of y.
Status check_shape(const CudnnConvShape& s, int64_t* out_h, int64_t* out_w) {
  const int64_t positive[] = {s.n,        s.h,        s.w,        s.c,      s.o,          s.kernel_h,
                              s.kernel_w, s.stride_h, s.stride_w, s.groups, s.dilation_h, s.dilation_w};
  for (const int64_t value : positive) {
    if (value < 1 || value > INT_MAX)
      return fail(Status::UNSUPPORTED, "a size of the convolution is %lld", (long long)value);
  }
  for (const int64_t pad : {s.pad_top, s.pad_left, s.pad_bottom, s.pad_right}) {
    if (pad < 0 || pad > INT_MAX)
      return fail(Status::UNSUPPORTED, "a pad of the convolution is %lld", (long long)pad);
  }
  if (s.c % s.groups != 0 || s.o % s.groups != 0) {
    return fail(Status::UNSUPPORTED, "%lld to %lld channels cannot be cut into %lld groups", (long long)s.c,
                (long long)s.o, (long long)s.groups);
  }
  *out_h = outputs(s.h, s.pad_top + s.pad_bottom, s.kernel_h, s.stride_h, s.dilation_h);
  *out_w = outputs(s.w, s.pad_left + s.pad_right, s.kernel_w, s.stride_w, s.dilation_w);
  if (*out_h < 1 || *out_w < 1)
    return fail(Status::UNSUPPORTED, "the kernel is larger than the padded image");
  // cuDNN pads both sides alike. Where that gives as many pixels, they are the same ones: the first pad alone
  // decides where each of them reads, and whatever lies outside is 0.
  if (outputs(s.h, 2 * s.pad_top, s.kernel_h, s.stride_h, s.dilation_h) != *out_h ||
      outputs(s.w, 2 * s.pad_left, s.kernel_w, s.stride_w, s.dilation_w) != *out_w) {
    return fail(Status::UNSUPPORTED, "cuDNN cannot pad by %lld, %lld, %lld, %lld (top, left, bottom, right)",
                (long long)s.pad_top, (long long)s.pad_left, (long long)s.pad_bottom, (long long)s.pad_right);
  }
  struct Extent {
    int64_t h, w, c, stride;
  };
  const Extent extents[] = {{s.h, s.w, s.c, s.x_stride},
                            {*out_h, *out_w, s.o, s.y_stride},
                            {*out_h, *out_w, s.o, s.residual ? s.residual_stride : s.y_stride}};
  for (const Extent& extent : extents) {
    // The stride of an image is the largest number that a descriptor holds.
    if (extent.stride < extent.c || extent.stride > INT_MAX / extent.h / extent.w) {
      return fail(Status::UNSUPPORTED,
                  "a pixel stride of %lld elements with %lld x %lld pixels of %lld channels",
                  (long long)extent.stride, (long long)extent.h, (long long)extent.w, (long long)extent.c);
    }
  }
  if (!s.bias && (s.residual || s.relu))
    return fail(Status::UNSUPPORTED, "a residual or ReLU without a bias");
  return Status::OK;
}

}  // namespace

Status cudnn_api(const CudnnApi** api) {
  static const Loaded<CudnnApi> loaded(load);
  return loaded.get(api);
}

Status Cudnn::create(std::unique_ptr<Cudnn>* cudnn) {
  cudnn->reset();
  const CudnnApi* api = nullptr;
  SPX_TRY(cudnn_api(&api));
  std::unique_ptr<Cudnn> made(new (std::nothrow) Cudnn(*api));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a handle of cuDNN");
  const Status status = checked(*api, "cudnnCreate", api->cudnnCreate(&made->handle_));
  if (status != Status::OK) {
    // Whatever keeps cuDNN from starting (a driver, a part of it that is missing), there is no cuDNN.
    made->handle_ = nullptr;
    return status == Status::OUT_OF_MEMORY ? status : Status::ISA_UNAVAILABLE;
  }
  *cudnn = std::move(made);
  return Status::OK;
}

Cudnn::~Cudnn() {
  if (handle_ != nullptr) api_.cudnnDestroy(handle_);
}

Status CudnnConv::create(const Cudnn& cudnn, const CudnnConvShape& shape, const LibraryOptions& options,
                         std::unique_ptr<CudnnConv>* conv, std::string* why) {
  conv->reset();
  std::unique_ptr<CudnnConv> made(new (std::nothrow) CudnnConv(cudnn, shape));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a convolution of cuDNN");
  const Status status = made->prepare(options);
  if (status == Status::UNSUPPORTED) {
    if (why != nullptr) *why = last_error();
    return Status::OK;
  }
  SPX_TRY(status);
  *conv = std::move(made);
  return Status::OK;
}

CudnnConv::CudnnConv(const Cudnn& cudnn, const CudnnConvShape& shape)
    : api_(cudnn.api_), handle_(cudnn.handle_), shape_(shape) {}

CudnnConv::~CudnnConv() {
  for (const cudnnTensorDescriptor_t tensor : {x_, y_, residual_, bias_}) {
    if (tensor != nullptr) api_.cudnnDestroyTensorDescriptor(tensor);
  }
  if (w_ != nullptr) api_.cudnnDestroyFilterDescriptor(w_);
  if (convolution_ != nullptr) api_.cudnnDestroyConvolutionDescriptor(convolution_);
  if (activation_ != nullptr) api_.cudnnDestroyActivationDescriptor(activation_);
}

Status CudnnConv::prepare(const LibraryOptions& options) {
  SPX_TRY(check_shape(shape_, &out_h_, &out_w_));
  SPX_TRY(make_descriptors(options));
  SPX_TRY(list_algorithms(options));
  return use(0);
}

Status CudnnConv::make_descriptors(const LibraryOptions& options) {
  const CudnnConvShape& s = shape_;
  const cudnnDataType_t type = s.type == FloatType::kF16 ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
  const auto tensor = [&](cudnnTensorDescriptor_t* descriptor, int64_t n, int64_t h, int64_t w, int64_t c,
                          int64_t stride) {
    SPX_CUDNN(cudnnCreateTensorDescriptor, descriptor);
    SPX_CUDNN(cudnnSetTensor4dDescriptorEx, *descriptor, type, int(n), int(c), int(h), int(w),
              int(h * w * stride), 1, int(w * stride), int(stride));
    return Status::OK;
  };
  SPX_TRY(tensor(&x_, s.n, s.h, s.w, s.c, s.x_stride));
  SPX_TRY(tensor(&y_, s.n, out_h_, out_w_, s.o, s.y_stride));
  if (s.bias) SPX_TRY(tensor(&bias_, 1, 1, 1, s.o, s.o));
  if (s.residual) SPX_TRY(tensor(&residual_, s.n, out_h_, out_w_, s.o, s.residual_stride));
  SPX_CUDNN(cudnnCreateFilterDescriptor, &w_);
  SPX_CUDNN(cudnnSetFilter4dDescriptor, w_, type, CUDNN_TENSOR_NHWC, int(s.o), int(s.c / s.groups),
            int(s.kernel_h), int(s.kernel_w));
  SPX_CUDNN(cudnnCreateConvolutionDescriptor, &convolution_);
  // Sums in fp32, whatever the storage.
  SPX_CUDNN(cudnnSetConvolution2dDescriptor, convolution_, int(s.pad_top), int(s.pad_left), int(s.stride_h),
            int(s.stride_w), int(s.dilation_h), int(s.dilation_w), CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
  SPX_CUDNN(cudnnSetConvolutionGroupCount, convolution_, int(s.groups));
  // What the list of algorithms is drawn from.
  const cudnnMathType_t math = s.type == FloatType::kF16 ? CUDNN_TENSOR_OP_MATH
                               : options.allow_tf32      ? CUDNN_DEFAULT_MATH
                                                         : CUDNN_FMA_MATH;
  SPX_CUDNN(cudnnSetConvolutionMathType, convolution_, math);
  if (!s.bias) return Status::OK;
  SPX_CUDNN(cudnnCreateActivationDescriptor, &activation_);
  SPX_CUDNN(cudnnSetActivationDescriptor, activation_,
            s.relu ? CUDNN_ACTIVATION_RELU : CUDNN_ACTIVATION_IDENTITY, CUDNN_NOT_PROPAGATE_NAN, 0.0);
  return Status::OK;
}

Status CudnnConv::list_algorithms(const LibraryOptions& options) {
  // An algorithm may come once per kind of arithmetic.
  cudnnConvolutionFwdAlgoPerf_t results[3 * CUDNN_CONVOLUTION_FWD_ALGO_COUNT] = {};
  const int room = int(sizeof results / sizeof results[0]);
  int count = 0;
  SPX_CUDNN(cudnnGetConvolutionForwardAlgorithm_v7, handle_, x_, w_, convolution_, y_, room, &count, results);
  if (count > room) count = room;
  const bool f32 = shape_.type == FloatType::kF32;
  for (int i = 0; i < count; ++i) {
    const cudnnConvolutionFwdAlgoPerf_t& result = results[i];
    if (result.status != CUDNN_STATUS_SUCCESS || result.memory > options.workspace_limit) continue;
    if (options.deterministic && result.determinism != CUDNN_DETERMINISTIC) continue;
    if (f32 && result.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION) continue;
    if (f32 && !options.allow_tf32 && result.mathType != CUDNN_FMA_MATH) continue;
    const bool identity = shape_.bias && !shape_.relu;
    if (identity && result.algo != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM) continue;
    // The list promises too much at times; asking for the workspace finds out.
    size_t bytes = 0;
    SPX_CUDNN(cudnnSetConvolutionMathType, convolution_, result.mathType);
    const Status status = checked(
        api_, "cudnnGetConvolutionForwardWorkspaceSize",
        api_.cudnnGetConvolutionForwardWorkspaceSize(handle_, x_, w_, convolution_, y_, result.algo, &bytes));
    if (status == Status::UNSUPPORTED) continue;
    SPX_TRY(status);
    if (bytes > options.workspace_limit) continue;
    algorithms_.push_back({algorithm_name(result.algo), bytes, result.determinism == CUDNN_DETERMINISTIC,
                           result.mathType != CUDNN_FMA_MATH, result.algo, result.mathType});
  }
  if (algorithms_.empty()) {
    return fail(Status::UNSUPPORTED,
                "cuDNN has no algorithm for this convolution within the options (%d listed)", count);
  }
  return Status::OK;
}

Status CudnnConv::use(size_t algorithm) {
  if (algorithm >= algorithms_.size()) {
    return fail(Status::INVALID_ARGUMENT, "algorithm %zu of %zu", algorithm, algorithms_.size());
  }
  SPX_CUDNN(cudnnSetConvolutionMathType, convolution_, algorithms_[algorithm].math);
  used_ = algorithm;
  return Status::OK;
}

Status CudnnConv::enqueue(CUstream_st* stream, const void* x, const void* w, const void* bias,
                          const void* residual, void* y, void* workspace) const {
  const CudnnAlgorithm& algorithm = algorithms_[used_];
  if (x == nullptr || w == nullptr || y == nullptr || shape_.bias != (bias != nullptr) ||
      shape_.residual != (residual != nullptr) || (algorithm.workspace > 0 && workspace == nullptr)) {
    return fail(Status::INTERNAL, "a convolution of cuDNN without one of its pointers, or with one too many");
  }
  static constexpr float kOne = 1.0f, kZero = 0.0f;
  SPX_CUDNN(cudnnSetStream, handle_, stream);
  if (!shape_.bias) {
    SPX_CUDNN(cudnnConvolutionForward, handle_, &kOne, x_, x, w_, w, convolution_, algorithm.number,
              workspace, algorithm.workspace, &kZero, y_, y);
    return Status::OK;
  }
  SPX_CUDNN(cudnnConvolutionBiasActivationForward, handle_, &kOne, x_, x, w_, w, convolution_,
            algorithm.number, workspace, algorithm.workspace, shape_.residual ? &kOne : &kZero,
            shape_.residual ? residual_ : y_, shape_.residual ? residual : y, bias_, bias, activation_, y_,
            y);
  return Status::OK;
}

}  // namespace spinexr::cuda
