// Stands in for libcudnn.so.9: checks the order of calls, and convolves fp32 numbers in host memory as the
// descriptors say.
#include "cuda/libraries/cudnn_api.h"
#include "libraries_fake.h"

using namespace spinexr::cuda::nvidia;

namespace spinexr::cuda::nvidia {
struct cudnnContext {
  cudaStream_t stream;
};
struct cudnnTensorStruct {
  cudnnDataType_t type;
  int n, c, h, w, strides[4];
};
struct cudnnFilterStruct {
  cudnnDataType_t type;
  int outputs, inputs, h, w;
};
struct cudnnConvolutionStruct {
  int pad[2], stride[2], dilation[2], groups = 1;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
};
struct cudnnActivationStruct {
  cudnnActivationMode_t mode;
};
}  // namespace spinexr::cuda::nvidia

namespace {

int alive = 0;
cudnnStatus_t result(const char* call) { return cudnnStatus_t(asked_failure(call)); }
const char* name_of(cudnnDataType_t type) { return type == CUDNN_DATA_HALF ? "f16" : "f32"; }

template <typename Struct>
cudnnStatus_t make(const char* call, Struct** made) {
  if (const cudnnStatus_t status = result(call); status != CUDNN_STATUS_SUCCESS) return status;
  ++alive;
  *made = new Struct();
  return CUDNN_STATUS_SUCCESS;
}

template <typename Struct>
cudnnStatus_t destroy(Struct* made) {
  say("alive %d", --alive);
  delete made;
  return CUDNN_STATUS_SUCCESS;
}

float at(const cudnnTensorStruct& t, const void* data, int n, int c, int h, int w) {
  const long offset =
      long(n) * t.strides[0] + long(c) * t.strides[1] + long(h) * t.strides[2] + long(w) * t.strides[3];
  return static_cast<const float*>(data)[offset];
}

double convolve(const cudnnTensorStruct& x, const void* data, const cudnnFilterStruct& w, const void* weights,
                const cudnnConvolutionStruct& conv, int n, int o, int row, int column) {
  const int first = o / (w.outputs / conv.groups) * w.inputs;
  double sum = 0;
  for (int i = 0; i < w.h; ++i) {
    for (int j = 0; j < w.w; ++j) {
      const int h = row * conv.stride[0] - conv.pad[0] + i * conv.dilation[0];
      const int v = column * conv.stride[1] - conv.pad[1] + j * conv.dilation[1];
      if (h < 0 || h >= x.h || v < 0 || v >= x.w) continue;
      for (int c = 0; c < w.inputs; ++c) {
        const long weight = ((long(o) * w.h + i) * w.w + j) * w.inputs + c;
        sum += double(at(x, data, n, first + c, h, v)) * static_cast<const float*>(weights)[weight];
      }
    }
  }
  return sum;
}

template <typename Epilogue>
void each(const cudnnTensorStruct& x, const void* data, const cudnnFilterStruct& w, const void* weights,
          const cudnnConvolutionStruct& conv, const cudnnTensorStruct& y, void* target, Epilogue epilogue) {
  if (y.type != CUDNN_DATA_FLOAT) return;
  for (int n = 0; n < y.n; ++n) {
    for (int o = 0; o < y.c; ++o) {
      for (int h = 0; h < y.h; ++h) {
        for (int v = 0; v < y.w; ++v) {
          const long offset = long(n) * y.strides[0] + long(o) * y.strides[1] + long(h) * y.strides[2] +
                              long(v) * y.strides[3];
          const double sum = convolve(x, data, w, weights, conv, n, o, h, v);
          static_cast<float*>(target)[offset] = float(epilogue(sum, n, o, h, v));
        }
      }
    }
  }
}

}  // namespace

extern "C" {

size_t cudnnGetVersion() {
  say("cudnnGetVersion");
  return size_t(asked_number("FAKE_VERSION", 91000));
}
const char* cudnnGetErrorString(cudnnStatus_t) {
  return getenv("FAKE_SILENT") ? nullptr : "CUDNN_STATUS_FAKE";
}
void cudnnGetLastErrorString(char* message, size_t size) {
  if (getenv("FAKE_SILENT") != nullptr) return;
  memset(message, 'x', size);  // as long as there is room, without an end
  memcpy(message, "two\nlines", 9);
}
cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  say("cudnnCreate");
  return make("cudnnCreate", handle);
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  say("cudnnDestroy");
  return destroy(handle);
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  say("cudnnSetStream %p", static_cast<void*>(stream));
  handle->stream = stream;
  return result("cudnnSetStream");
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensor) {
  return make("cudnnCreateTensorDescriptor", tensor);
}
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor) { return destroy(tensor); }
cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t t, cudnnDataType_t type, int n, int c,
                                           int h, int w, int n_stride, int c_stride, int h_stride,
                                           int w_stride) {
  say("tensor %s n %d c %d h %d w %d strides %d %d %d %d", name_of(type), n, c, h, w, n_stride, c_stride,
      h_stride, w_stride);
  *t = {type, n, c, h, w, {n_stride, c_stride, h_stride, w_stride}};
  return result("cudnnSetTensor4dDescriptorEx");
}
cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* filter) {
  return make("cudnnCreateFilterDescriptor", filter);
}
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter) { return destroy(filter); }
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int outputs, int inputs, int h, int w) {
  say("filter %s format %u o %d i %d h %d w %d", name_of(type), format, outputs, inputs, h, w);
  *filter = {type, outputs, inputs, h, w};
  return result("cudnnSetFilter4dDescriptor");
}
cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t* activation) {
  return make("cudnnCreateActivationDescriptor", activation);
}
cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t activation) {
  return destroy(activation);
}
cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t activation, cudnnActivationMode_t mode,
                                           cudnnNanPropagation_t nan, double coefficient) {
  say("activation %u nan %u coefficient %g", mode, nan, coefficient);
  activation->mode = mode;
  return result("cudnnSetActivationDescriptor");
}
cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution) {
  return make("cudnnCreateConvolutionDescriptor", convolution);
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution) {
  return destroy(convolution);
}
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int pad_h, int pad_w,
                                              int stride_h, int stride_w, int dilation_h, int dilation_w,
                                              cudnnConvolutionMode_t mode, cudnnDataType_t accumulator) {
  say("convolution pad %d %d stride %d %d dilation %d %d mode %u sums %s", pad_h, pad_w, stride_h, stride_w,
      dilation_h, dilation_w, mode, name_of(accumulator));
  *convolution = {{pad_h, pad_w}, {stride_h, stride_w}, {dilation_h, dilation_w}};
  return result("cudnnSetConvolution2dDescriptor");
}
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t convolution, int groups) {
  say("groups %d", groups);
  convolution->groups = groups;
  return result("cudnnSetConvolutionGroupCount");
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math) {
  say("math %u", math);
  convolution->math = math;
  return result("cudnnSetConvolutionMathType");
}

// One of every kind that the wrapper has to tell apart.
cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, const cudnnTensorDescriptor_t,
                                                     const cudnnFilterDescriptor_t,
                                                     const cudnnConvolutionDescriptor_t convolution,
                                                     const cudnnTensorDescriptor_t, const int requested,
                                                     int* returned, cudnnConvolutionFwdAlgoPerf_t* results) {
  say("list at most %d", requested);
  const cudnnMathType_t math = convolution->math;
  const cudnnStatus_t good = CUDNN_STATUS_SUCCESS;
  const cudnnConvolutionFwdAlgoPerf_t all[] = {
      {CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD, good, 1, 4096, CUDNN_NON_DETERMINISTIC, math, {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, good, 2, 100, CUDNN_DETERMINISTIC, math, {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
       good,
       2,
       100,
       CUDNN_DETERMINISTIC,
       CUDNN_DEFAULT_MATH,
       {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_GEMM,
       good,
       2,
       100,
       CUDNN_DETERMINISTIC,
       CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION,
       {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, good, 3, 0, CUDNN_DETERMINISTIC, math, {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_FFT, good, 4, size_t(1) << 40, CUDNN_DETERMINISTIC, math, {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING, good, 5, 0, CUDNN_DETERMINISTIC, math, {}},
      {CUDNN_CONVOLUTION_FWD_ALGO_DIRECT, CUDNN_STATUS_NOT_SUPPORTED, 6, 0, CUDNN_DETERMINISTIC, math, {}},
  };
  *returned = getenv("FAKE_EMPTY") ? 0 : int(sizeof all / sizeof all[0]);
  memcpy(results, all, *returned * sizeof all[0]);
  return result("cudnnGetConvolutionForwardAlgorithm_v7");
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t, const cudnnTensorDescriptor_t,
                                                      const cudnnFilterDescriptor_t,
                                                      const cudnnConvolutionDescriptor_t,
                                                      const cudnnTensorDescriptor_t,
                                                      cudnnConvolutionFwdAlgo_t algorithm, size_t* bytes) {
  say("workspace of %u", algorithm);
  *bytes = algorithm == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD ? 4096 : algorithm * 128;
  // Listed, and refused when asked for.
  if (algorithm == CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING) return CUDNN_STATUS_NOT_SUPPORTED;
  return result("cudnnGetConvolutionForwardWorkspaceSize");
}
cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t, const void* alpha, const cudnnTensorDescriptor_t x,
                                      const void* xs, const cudnnFilterDescriptor_t w, const void* ws,
                                      const cudnnConvolutionDescriptor_t convolution,
                                      cudnnConvolutionFwdAlgo_t algorithm, void*, size_t workspace_bytes,
                                      const void* beta, const cudnnTensorDescriptor_t y, void* ys) {
  say("forward algorithm %u math %u workspace %zu alpha %g beta %g", algorithm, convolution->math,
      workspace_bytes, *static_cast<const float*>(alpha), *static_cast<const float*>(beta));
  each(*x, xs, *w, ws, *convolution, *y, ys, [](double sum, int, int, int, int) { return sum; });
  return result("cudnnConvolutionForward");
}
cudnnStatus_t cudnnConvolutionBiasActivationForward(
    cudnnHandle_t, const void* alpha1, const cudnnTensorDescriptor_t x, const void* xs,
    const cudnnFilterDescriptor_t w, const void* ws, const cudnnConvolutionDescriptor_t convolution,
    cudnnConvolutionFwdAlgo_t algorithm, void*, size_t workspace_bytes, const void* alpha2,
    const cudnnTensorDescriptor_t z, const void* zs, const cudnnTensorDescriptor_t b, const void* bs,
    const cudnnActivationDescriptor_t activation, const cudnnTensorDescriptor_t y, void* ys) {
  const float scale = *static_cast<const float*>(alpha2);
  say("fused algorithm %u math %u workspace %zu alpha1 %g alpha2 %g", algorithm, convolution->math,
      workspace_bytes, *static_cast<const float*>(alpha1), scale);
  if (z == nullptr || zs == nullptr || b == nullptr || bs == nullptr) return CUDNN_STATUS_BAD_PARAM;
  if (z->n != y->n || z->c != y->c || z->h != y->h || z->w != y->w || b->c != y->c || b->strides[1] != 1) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  const bool relu = activation->mode == CUDNN_ACTIVATION_RELU;
  if (!relu && algorithm != CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM)
    return CUDNN_STATUS_NOT_SUPPORTED;
  each(*x, xs, *w, ws, *convolution, *y, ys, [&](double sum, int n, int o, int h, int v) {
    if (scale != 0) sum += double(scale) * at(*z, zs, n, o, h, v);
    sum += at(*b, bs, 0, o, 0, 0);
    return relu && !(sum > 0) ? 0 : sum;
  });
  return result("cudnnConvolutionBiasActivationForward");
}

}  // extern "C"

// The stand-in has what the list has.
#define SPX_FUNCTION(result, name, parameters) \
  [[maybe_unused]] static result(*const check_##name) parameters = name;
#include "cuda/libraries/cudnn_api.inc"
