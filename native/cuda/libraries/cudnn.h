// Convolutions by cuDNN 9.
#ifndef SPINEXR_CUDA_LIBRARIES_CUDNN_H_
#define SPINEXR_CUDA_LIBRARIES_CUDNN_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "cudnn_api.h"
#include "options.h"

namespace spinexr::cuda {

// A handle of cuDNN on the device that is current when it is made. One per session: it keeps a stream, and
// only one thread may use it at a time. It must outlive the convolutions made with it.
class Cudnn {
 public:
  // ISA_UNAVAILABLE where cuDNN is missing, not version 9, or does not start.
  static Status create(std::unique_ptr<Cudnn>* cudnn);
  ~Cudnn();
  Cudnn(const Cudnn&) = delete;
  Cudnn& operator=(const Cudnn&) = delete;

  // 10000 major + 100 minor + patch.
  size_t version() const { return api_.cudnnGetVersion(); }

 private:
  friend class CudnnConv;
  explicit Cudnn(const nvidia::CudnnApi& api) : api_(api) {}

  const nvidia::CudnnApi& api_;
  nvidia::cudnnHandle_t handle_ = nullptr;
};

// y = activation(conv(x, w) + residual + bias), everything NHWC. x is n x h x w x c, y and residual are
// n x out_h x out_w x o, w is o x kernel_h x kernel_w x (c / groups) without gaps, bias has o numbers; all of
// `type`. A stride is the number of elements from a pixel to the next one: the channels, or more in a channel
// slice.
struct CudnnConvShape {
  int64_t n = 1, h = 0, w = 0, c = 0, o = 0;
  int64_t x_stride = 0, y_stride = 0, residual_stride = 0;
  int64_t kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int64_t groups = 1;
  FloatType type = FloatType::kF32;
  // Bias or none; a residual or ReLU needs a bias (zeros will do).
  bool bias = false, residual = false, relu = false;
};

struct CudnnAlgorithm {
  const char* name;
  size_t workspace;
  bool deterministic;
  // Whether fp32 may be rounded to TF32, or fp16 goes through tensor cores.
  bool tensor_cores;
  nvidia::cudnnConvolutionFwdAlgo_t number;
  nvidia::cudnnMathType_t math;
};

class CudnnConv {
 public:
  // `conv` stays null, with OK, where cuDNN or this class cannot do it; then `why` (may be null) says why. At
  // least one algorithm otherwise; the first, which cuDNN expects to be quickest, is in use. Errors are those
  // of a library or device that is out of order.
  static Status create(const Cudnn& cudnn, const CudnnConvShape& shape, const LibraryOptions& options,
                       std::unique_ptr<CudnnConv>* conv, std::string* why);
  ~CudnnConv();
  CudnnConv(const CudnnConv&) = delete;
  CudnnConv& operator=(const CudnnConv&) = delete;

  int64_t out_h() const { return out_h_; }
  int64_t out_w() const { return out_w_; }
  // As cuDNN orders them, within the options. That an algorithm is listed does not promise that it runs with
  // bias and activation: enqueue says UNSUPPORTED where it does not, and the caller tries the next.
  const std::vector<CudnnAlgorithm>& algorithms() const { return algorithms_; }
  size_t used() const { return used_; }
  Status use(size_t algorithm);
  // Bytes for the algorithm in use.
  size_t workspace() const { return algorithms_[used_].workspace; }

  // Device pointers. bias and residual null where the shape has none; residual may be y, x may be neither;
  // workspace of workspace() bytes. UNSUPPORTED: this algorithm cannot; INTERNAL: the library's own words.
  Status enqueue(CUstream_st* stream, const void* x, const void* w, const void* bias, const void* residual,
                 void* y, void* workspace) const;

 private:
  CudnnConv(const Cudnn& cudnn, const CudnnConvShape& shape);
  Status prepare(const LibraryOptions& options);
  Status make_descriptors(const LibraryOptions& options);
  Status list_algorithms(const LibraryOptions& options);

  const nvidia::CudnnApi& api_;
  const nvidia::cudnnHandle_t handle_;
  const CudnnConvShape shape_;
  int64_t out_h_ = 0, out_w_ = 0;
  nvidia::cudnnTensorDescriptor_t x_ = nullptr, y_ = nullptr, residual_ = nullptr, bias_ = nullptr;
  nvidia::cudnnFilterDescriptor_t w_ = nullptr;
  nvidia::cudnnConvolutionDescriptor_t convolution_ = nullptr;
  nvidia::cudnnActivationDescriptor_t activation_ = nullptr;
  std::vector<CudnnAlgorithm> algorithms_;
  size_t used_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_CUDNN_H_
