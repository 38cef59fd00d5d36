// Drives native/cuda/libraries over the stand-ins of libraries_fake_*.cpp; libraries.test.ts reads what is
// printed. The first argument says what to do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmath>
#include <random>
#include <thread>

#include "cuda/libraries/cublas_lt.h"
#include "cuda/libraries/cudnn.h"
#include "cuda/libraries/driver.h"

namespace {

using namespace spinexr;
using namespace spinexr::cuda;

std::mt19937 generator;

int64_t pick(int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(generator);
}

// Numbers around zero; what lies between the channels of a slice is NaN, so that reading it shows.
std::vector<float> numbers(int64_t rows, int64_t columns, int64_t stride) {
  std::vector<float> all(size_t(rows * stride), NAN);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column) all[row * stride + column] = float(pick(-8, 8)) / 4;
  }
  return all;
}

// One line for what a call gave.
bool good(const char* what, Status status) {
  if (status == Status::OK) return true;
  printf("%s: status %d, %s\n", what, int(status), last_error());
  return false;
}

int driver(int needed) {
  DriverReport report;
  const bool ok = good("probe_driver", probe_driver(needed, &report));
  printf("%s version %d devices %d\n", ok ? "ok" : "refused", report.version, report.devices);
  return 0;
}

CudnnConvShape sample_conv() {
  CudnnConvShape s;
  s.n = 2, s.h = 5, s.w = 7, s.c = 6, s.o = 4;
  s.x_stride = 9, s.y_stride = 4, s.residual_stride = 5;
  s.kernel_h = 3, s.kernel_w = 2, s.stride_h = 2, s.dilation_w = 2;
  s.pad_top = s.pad_bottom = 1, s.pad_left = s.pad_right = 1;
  s.groups = 2, s.type = FloatType::kF16;
  s.bias = s.residual = s.relu = true;
  return s;
}

// Everything once, with the default options or those that the arguments name.
int conv(int count, char** names) {
  CudnnConvShape shape = sample_conv();
  LibraryOptions options;
  for (int i = 0; i < count; ++i) {
    const std::string name = names[i];
    if (name == "f32") shape.type = FloatType::kF32;
    if (name == "tf32") options.allow_tf32 = true;
    if (name == "deterministic") options.deterministic = true;
    if (name == "small") options.workspace_limit = 64;
    if (name == "identity") shape.relu = false;
    if (name == "plain") shape.bias = shape.residual = shape.relu = false;
  }
  std::unique_ptr<Cudnn> cudnn;
  if (!good("Cudnn::create", Cudnn::create(&cudnn))) return 0;
  std::unique_ptr<CudnnConv> conv;
  std::string why;
  if (!good("CudnnConv::create", CudnnConv::create(*cudnn, shape, options, &conv, &why))) return 0;
  if (conv == nullptr) return printf("not supported: %s\n", why.c_str()), 0;
  printf("y %d x %d\n", int(conv->out_h()), int(conv->out_w()));
  static float x[1024], w[1024], bias[8], residual[1024], y[1024], workspace;
  const float* const given_bias = shape.bias ? bias : nullptr;
  const float* const given_residual = shape.residual ? residual : nullptr;
  for (size_t i = 0; i < conv->algorithms().size(); ++i) {
    if (!good("use", conv->use(i))) return 1;
    const CudnnAlgorithm& algorithm = conv->algorithms()[i];
    printf("algorithm %s workspace %zu deterministic %d tensor cores %d\n", algorithm.name, conv->workspace(),
           algorithm.deterministic, algorithm.tensor_cores);
    good("enqueue", conv->enqueue(reinterpret_cast<CUstream_st*>(0x10), x, w, given_bias, given_residual, y,
                                  &workspace));
  }
  good("use", conv->use(conv->algorithms().size()));
  good("enqueue", conv->enqueue(nullptr, nullptr, w, given_bias, given_residual, y, &workspace));
  return 0;
}

// Shapes that no cuDNN could do, and one of uneven pads that it can.
int conv_refused() {
  std::unique_ptr<Cudnn> cudnn;
  if (!good("Cudnn::create", Cudnn::create(&cudnn))) return 1;
  using Change = void (*)(CudnnConvShape&);
  const Change changes[] = {
      [](CudnnConvShape& s) { s.h = 0; },
      [](CudnnConvShape& s) { s.n = int64_t(1) << 31; },
      [](CudnnConvShape& s) { s.pad_left = -1; },
      [](CudnnConvShape& s) { s.groups = 4; },
      [](CudnnConvShape& s) { s.kernel_h = 9; },
      [](CudnnConvShape& s) { s.kernel_h = s.dilation_h = 2147483647; },
      [](CudnnConvShape& s) { s.pad_bottom = 3; },
      [](CudnnConvShape& s) { s.x_stride = 5; },
      [](CudnnConvShape& s) { s.x_stride = 2147483647; },
      [](CudnnConvShape& s) { s.x_stride = INT64_MAX; },
      [](CudnnConvShape& s) { s.bias = false; },
      // Pads 1 and 0: the row below is never reached.
      [](CudnnConvShape& s) { s.h = 6, s.pad_bottom = 0; },
  };
  for (const Change change : changes) {
    CudnnConvShape shape = sample_conv();
    change(shape);
    std::unique_ptr<CudnnConv> conv;
    std::string why = "supported";
    if (good("CudnnConv::create", CudnnConv::create(*cudnn, shape, {}, &conv, &why)))
      printf("%s\n", why.c_str());
    if ((conv == nullptr) != (why != "supported")) return 1;
  }
  return 0;
}

double conv_reference(const CudnnConvShape& s, const std::vector<float>& x, const std::vector<float>& w,
                      int64_t n, int64_t row, int64_t column, int64_t o) {
  const int64_t inputs = s.c / s.groups, first = o / (s.o / s.groups) * inputs;
  double sum = 0;
  for (int64_t i = 0; i < s.kernel_h; ++i) {
    for (int64_t j = 0; j < s.kernel_w; ++j) {
      const int64_t h = row * s.stride_h + i * s.dilation_h - s.pad_top;
      const int64_t v = column * s.stride_w + j * s.dilation_w - s.pad_left;
      if (h < 0 || h >= s.h || v < 0 || v >= s.w) continue;
      for (int64_t c = 0; c < inputs; ++c) {
        sum += double(x[((n * s.h + h) * s.w + v) * s.x_stride + first + c]) *
               w[((o * s.kernel_h + i) * s.kernel_w + j) * inputs + c];
      }
    }
  }
  return sum;
}

// Random convolutions against plain loops over the definition.
int conv_numbers() {
  std::unique_ptr<Cudnn> cudnn;
  if (!good("Cudnn::create", Cudnn::create(&cudnn))) return 1;
  int done = 0;
  for (int round = 0; round < 300; ++round) {
    CudnnConvShape s;
    s.groups = pick(1, 3);
    s.n = pick(1, 3), s.h = pick(1, 9), s.w = pick(1, 9), s.c = s.groups * pick(1, 4),
    s.o = s.groups * pick(1, 4);
    s.x_stride = s.c + pick(0, 2), s.y_stride = s.o + pick(0, 2), s.residual_stride = s.o + pick(0, 2);
    s.kernel_h = pick(1, 3), s.kernel_w = pick(1, 3), s.stride_h = pick(1, 3), s.stride_w = pick(1, 3);
    s.dilation_h = pick(1, 2), s.dilation_w = pick(1, 2);
    s.pad_top = pick(0, 2), s.pad_left = pick(0, 2), s.pad_bottom = pick(0, 2), s.pad_right = pick(0, 2);
    s.bias = pick(0, 2) > 0, s.residual = s.bias && pick(0, 1), s.relu = s.bias && pick(0, 1);
    std::unique_ptr<CudnnConv> conv;
    if (!good("CudnnConv::create", CudnnConv::create(*cudnn, s, {}, &conv, nullptr))) return 1;
    if (conv == nullptr) continue;  // uneven pads, or a kernel that is too large
    ++done;
    const int64_t pixels = s.n * conv->out_h() * conv->out_w();
    const std::vector<float> x = numbers(s.n * s.h * s.w, s.c, s.x_stride);
    const std::vector<float> w =
        numbers(s.o, s.kernel_h * s.kernel_w * s.c / s.groups, s.kernel_h * s.kernel_w * s.c / s.groups);
    const std::vector<float> bias = numbers(1, s.o, s.o);
    const std::vector<float> residual = numbers(pixels, s.o, s.residual_stride);
    std::vector<float> y(size_t(pixels * s.y_stride), NAN), workspace(4096);
    if (!good("enqueue", conv->enqueue(nullptr, x.data(), w.data(), s.bias ? bias.data() : nullptr,
                                       s.residual ? residual.data() : nullptr, y.data(), workspace.data()))) {
      return 1;
    }
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
      const int64_t column = pixel % conv->out_w(), row = pixel / conv->out_w() % conv->out_h();
      for (int64_t o = 0; o < s.y_stride; ++o) {
        const float got = y[pixel * s.y_stride + o];
        if (o >= s.o && !std::isnan(got)) return printf("wrote between the channels\n"), 1;
        if (o >= s.o) continue;
        double want = conv_reference(s, x, w, pixel / conv->out_w() / conv->out_h(), row, column, o);
        if (s.residual) want += residual[pixel * s.residual_stride + o];
        if (s.bias) want += bias[o];
        if (s.relu && want < 0) want = 0;
        if (!(std::abs(got - want) < 1e-4)) return printf("round %d: %g, expected %g\n", round, got, want), 1;
      }
    }
  }
  printf("convolutions %s\n", done > 50 ? "agree" : "were nearly all refused");
  return 0;
}

LtMatmulShape sample_matmul() {
  LtMatmulShape s;
  s.m = 3, s.n = 5, s.k = 7, s.batch = 2;
  s.a_row = 8, s.b_row = 9, s.y_row = 6, s.residual_row = 5;
  s.a_batch = 24, s.b_batch = 0, s.y_batch = 18, s.residual_batch = 15;
  s.transpose_b = true;
  s.in = FloatType::kF16, s.out = FloatType::kF32;
  s.bias = s.residual = s.relu = true;
  s.alignment = 4;
  return s;
}

int matmul(int count, char** names) {
  LtMatmulShape shape = sample_matmul();
  LibraryOptions options;
  for (int i = 0; i < count; ++i) {
    const std::string name = names[i];
    if (name == "f32") shape.in = FloatType::kF32;
    if (name == "tf32") options.allow_tf32 = true;
    if (name == "small") options.workspace_limit = 64;
    if (name == "plain") shape.bias = shape.residual = shape.relu = false, shape.batch = 1;
  }
  std::unique_ptr<CublasLt> cublas;
  if (!good("CublasLt::create", CublasLt::create(&cublas))) return 0;
  std::unique_ptr<LtMatmul> product;
  std::string why;
  if (!good("LtMatmul::create", LtMatmul::create(*cublas, shape, options, &product, &why))) return 0;
  if (product == nullptr) return printf("not supported: %s\n", why.c_str()), 0;
  static float a[64], b[64], bias[8], residual[64], y[64], workspace;
  const float* const given_bias = shape.bias ? bias : nullptr;
  const float* const given_residual = shape.residual ? residual : nullptr;
  for (size_t i = 0; i < product->algorithms().size(); ++i) {
    if (!good("use", product->use(i))) return 1;
    printf("algorithm workspace %zu waves %g\n", product->workspace(), product->algorithms()[i].waves);
    good("enqueue", product->enqueue(reinterpret_cast<CUstream_st*>(0x10), a, b, given_bias, given_residual,
                                     y, &workspace));
  }
  good("use", product->use(product->algorithms().size()));
  good("enqueue", product->enqueue(nullptr, a, nullptr, given_bias, given_residual, y, &workspace));
  good("enqueue", product->enqueue(nullptr, a, reinterpret_cast<char*>(b) + 2, given_bias, given_residual, y,
                                   &workspace));
  return 0;
}

int matmul_refused() {
  std::unique_ptr<CublasLt> cublas;
  if (!good("CublasLt::create", CublasLt::create(&cublas))) return 1;
  using Change = void (*)(LtMatmulShape&);
  const Change changes[] = {
      [](LtMatmulShape& s) { s.k = 0; },
      [](LtMatmulShape& s) { s.m = int64_t(1) << 31; },
      [](LtMatmulShape& s) { s.a_row = 6; },
      [](LtMatmulShape& s) { s.b_row = 6; },
      [](LtMatmulShape& s) { s.y_row = 4; },
      [](LtMatmulShape& s) { s.residual_row = 4; },
      [](LtMatmulShape& s) { s.a_batch = -1; },
      [](LtMatmulShape& s) { s.y_batch = 0; },
      [](LtMatmulShape& s) { s.in = FloatType::kF32, s.out = FloatType::kF16; },
      [](LtMatmulShape& s) { s.alignment = 12; },
      [](LtMatmulShape& s) { s.residual = false, s.residual_row = 0; },
  };
  for (const Change change : changes) {
    LtMatmulShape shape = sample_matmul();
    change(shape);
    std::unique_ptr<LtMatmul> product;
    std::string why = "supported";
    if (good("LtMatmul::create", LtMatmul::create(*cublas, shape, {}, &product, &why)))
      printf("%s\n", why.c_str());
    if ((product == nullptr) != (why != "supported")) return 1;
  }
  return 0;
}

// Random products against plain loops over the definition.
int matmul_numbers() {
  std::unique_ptr<CublasLt> cublas;
  if (!good("CublasLt::create", CublasLt::create(&cublas))) return 1;
  for (int round = 0; round < 300; ++round) {
    LtMatmulShape s;
    s.m = pick(1, 7), s.n = pick(1, 7), s.k = pick(1, 7), s.batch = pick(1, 3);
    s.transpose_a = pick(0, 1), s.transpose_b = pick(0, 1);
    const int64_t a_rows = s.transpose_a ? s.k : s.m, a_columns = s.transpose_a ? s.m : s.k;
    const int64_t b_rows = s.transpose_b ? s.n : s.k, b_columns = s.transpose_b ? s.k : s.n;
    s.a_row = a_columns + pick(0, 2), s.b_row = b_columns + pick(0, 2);
    s.y_row = s.n + pick(0, 2), s.residual_row = s.n + pick(0, 2);
    const bool repeat_a = pick(0, 3) == 0, repeat_b = pick(0, 1);
    s.a_batch = repeat_a ? 0 : a_rows * s.a_row, s.b_batch = repeat_b ? 0 : b_rows * s.b_row;
    s.y_batch = s.m * s.y_row, s.residual_batch = s.m * s.residual_row;
    s.scale = float(pick(-4, 4)) / 2;
    s.bias = pick(0, 1), s.residual = pick(0, 1), s.relu = pick(0, 1);
    s.alignment = 4;
    std::unique_ptr<LtMatmul> product;
    std::string why;
    if (!good("LtMatmul::create", LtMatmul::create(*cublas, s, {}, &product, &why))) return 1;
    if (product == nullptr) return printf("not supported: %s\n", why.c_str()), 1;
    const std::vector<float> a = numbers(s.batch * a_rows, a_columns, s.a_row);
    const std::vector<float> b = numbers(s.batch * b_rows, b_columns, s.b_row);
    const std::vector<float> bias = numbers(1, s.n, s.n);
    const std::vector<float> residual = numbers(s.batch * s.m, s.n, s.residual_row);
    std::vector<float> y(size_t(s.batch * s.y_batch), NAN);
    if (!good("enqueue", product->enqueue(nullptr, a.data(), b.data(), s.bias ? bias.data() : nullptr,
                                          s.residual ? residual.data() : nullptr, y.data(), nullptr))) {
      return 1;
    }
    for (int64_t index = 0; index < int64_t(y.size()); ++index) {
      const int64_t i = index / s.y_batch, row = index % s.y_batch / s.y_row, column = index % s.y_row;
      if (column >= s.n && !std::isnan(y[index])) return printf("wrote between the rows\n"), 1;
      if (column >= s.n) continue;
      double want = 0;
      for (int64_t k = 0; k < s.k; ++k) {
        want += double(a[i * s.a_batch + (s.transpose_a ? k * s.a_row + row : row * s.a_row + k)]) *
                b[i * s.b_batch + (s.transpose_b ? column * s.b_row + k : k * s.b_row + column)];
      }
      want *= s.scale;
      if (s.residual) want += residual[i * s.residual_batch + row * s.residual_row + column];
      if (s.bias) want += bias[column];
      if (s.relu && want < 0) want = 0;
      if (!(std::abs(y[index] - want) < 1e-4))
        return printf("round %d: %g, expected %g\n", round, y[index], want), 1;
    }
  }
  printf("products agree\n");
  return 0;
}

bool mapped(const char* name) {
  FILE* maps = fopen("/proc/self/maps", "r");
  char line[4096];
  bool found = false;
  while (maps != nullptr && fgets(line, sizeof line, maps) != nullptr)
    found = found || strstr(line, name) != nullptr;
  if (maps != nullptr) fclose(maps);
  return found;
}

// What is open before the first use, after it, and after the last.
int lazy() {
  const auto show = [](const char* when) {
    printf("%s: libcuda %d libcudnn %d libcublasLt %d\n", when, mapped("libcuda.so"), mapped("libcudnn"),
           mapped("libcublasLt"));
  };
  show("start");
  DriverReport report;
  good("probe_driver", probe_driver(13000, &report));
  show("driver");
  std::unique_ptr<Cudnn> cudnn;
  good("Cudnn::create", Cudnn::create(&cudnn));
  show("cudnn");
  std::unique_ptr<CublasLt> cublas;
  good("CublasLt::create", CublasLt::create(&cublas));
  cudnn.reset(), cublas.reset();
  show("end");
  return 0;
}

// The first use from many threads at once.
int threads() {
  std::vector<std::thread> all;
  bool failed[16] = {};
  for (bool& flag : failed) {
    all.emplace_back([&flag] {
      const nvidia::CudnnApi* cudnn = nullptr;
      const nvidia::CublasLtApi* cublas = nullptr;
      flag = cudnn_api(&cudnn) != Status::OK || cublas_lt_api(&cublas) != Status::OK || cudnn == nullptr;
    });
  }
  for (std::thread& thread : all) thread.join();
  int count = 0;
  for (const bool flag : failed) count += flag;
  printf("%d threads failed\n", count);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  generator.seed(unsigned(count > 2 ? strtoul(arguments[2], nullptr, 10) : 1));
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "driver") return driver(count > 2 ? atoi(arguments[2]) : 13000);
  if (what == "conv") return conv(count - 2, arguments + 2);
  if (what == "conv-refused") return conv_refused();
  if (what == "conv-numbers") return conv_numbers();
  if (what == "matmul") return matmul(count - 2, arguments + 2);
  if (what == "matmul-refused") return matmul_refused();
  if (what == "matmul-numbers") return matmul_numbers();
  if (what == "lazy") return lazy();
  if (what == "threads") return threads();
  return 2;
}
