// Convolutions of random sizes against double loops.
#ifndef SPINEXR_TEST_CUDA_GEMM_CONV_CHECKS_H_
#define SPINEXR_TEST_CUDA_GEMM_CONV_CHECKS_H_

#include "cuda/kernels/depthwise.h"
#include "gemm_checks.h"
#include "gemm_op_checks.h"

namespace spinexr::cuda {

struct ConvCase {
  ConvShape shape;
  bool half_x, half_y, scale, shift, relu, post, bias, residual;
  int64_t lead;  // elements in front of x: an address that is no multiple of 16

  ConvOperands operands() const { return {half_x, half_y, scale, shift, relu, lead == 0, true, true}; }
};

inline std::string describe(const ConvCase& c) {
  const ConvShape& s = c.shape;
  char what[300];
  snprintf(what, sizeof what, "conv %d x %d x %d x %d -> %d, kernel %d x %d, group %d, half %d %d",
           static_cast<int>(s.n), static_cast<int>(s.h), static_cast<int>(s.w), static_cast<int>(s.c),
           static_cast<int>(s.o), static_cast<int>(s.kernel_h), static_cast<int>(s.kernel_w),
           static_cast<int>(s.group), c.half_x, c.half_y);
  return what;
}

// x behind the prologue and the pooling at a position inside.
inline double conv_input(const ConvCase& c, const Numbers& x, const Numbers& scale, const Numbers& shift,
                         int64_t image, int64_t ih, int64_t iw, int64_t channel) {
  const ConvShape& s = c.shape;
  double sum = 0;
  for (int64_t y = 0; y < s.pool_h; ++y) {
    for (int64_t z = 0; z < s.pool_w; ++z) {
      const int64_t pixel = (image * s.h + ih * s.pool_stride_h + y) * s.w + iw * s.pool_stride_w + z;
      double v = x.values[static_cast<size_t>(pixel * s.x_stride + channel)];
      if (c.scale) v *= scale.values[static_cast<size_t>(channel)];
      if (c.shift) v += shift.values[static_cast<size_t>(channel)];
      sum += c.relu && v < 0 ? 0 : v;
    }
  }
  return sum / static_cast<double>(s.pool_h * s.pool_w);
}

inline Sum conv_at(const ConvCase& c, const Numbers& x, const Numbers& weights, const Numbers& scale,
                   const Numbers& shift, int64_t pixel, int64_t o) {
  const ConvShape& s = c.shape;
  const int64_t image = pixel / (s.oh * s.ow), oh = pixel / s.ow % s.oh, ow = pixel % s.ow;
  Sum sum;
  for (int64_t kh = 0; kh < s.kernel_h; ++kh) {
    for (int64_t kw = 0; kw < s.kernel_w; ++kw) {
      const int64_t ih = oh * s.stride_h - s.pad_top + kh * s.dilation_h;
      const int64_t iw = ow * s.stride_w - s.pad_left + kw * s.dilation_w;
      if (ih < 0 || ih >= s.input_h() || iw < 0 || iw >= s.input_w()) continue;
      for (int64_t i = 0; i < s.group_c(); ++i) {
        const int64_t channel = o / s.group_o() * s.group_c() + i;
        const double w =
            weights.values[static_cast<size_t>(((o * s.group_c() + i) * s.kernel_h + kh) * s.kernel_w + kw)];
        sum.add(w, conv_input(c, x, scale, shift, image, ih, iw, channel));
      }
    }
  }
  return sum;
}

// The kernel for depthwise convolutions, with the pointers of a product of the same convolution.
inline void run_depthwise(const ConvCase& c, const Gemm& gemm, const Numbers& weights,
                          const std::string& what) {
  Depthwise conv = depthwise_conv(c.shape, c.operands());
  Numbers packed(static_cast<int64_t>(weights.values.size()), false);
  pack_depthwise_weights(c.shape, weights.values.data(), packed.values.data());
  packed.send();
  conv.weights = static_cast<const float*>(packed.data());
  conv.x.x = gemm.a.x;
  conv.x.scale = gemm.a.scale;
  conv.x.shift = gemm.a.shift;
  const bool vectors = conv.out.vectors;
  conv.out = gemm.out;
  conv.out.vectors = vectors;
  ++runs[{c.half_x, -1, conv.vectors, kDepthwise}];
  require(enqueue_depthwise(test_stream(), conv), what);
  require(synchronize(test_stream()), what);
}

// Pixels of y as expected, and what lies between them as before.
inline void compare_maps(const ConvCase& c, const Numbers& y, const std::vector<Expected>& expected,
                         const std::string& what) {
  const ConvShape& s = c.shape;
  Distance distance;
  for (int64_t pixel = 0; pixel < s.rows(); ++pixel) {
    for (int64_t o = 0; o < s.y_stride; ++o) {
      const int64_t place = pixel * s.y_stride + o;
      if (o < s.o) {
        const Expected& e = expected[static_cast<size_t>(pixel * s.o + o)];
        distance.add(y.at(place), e.value, e.squares);
      } else {
        require(y.at(place) == y.values[static_cast<size_t>(place)], what + ": wrote between pixels");
      }
    }
  }
  require_close(distance, c.half_x || c.half_y, what);
}

// The step, prepared as in a session; weights are computed or constant.
inline void check_conv_step(const ConvCase& c, const Numbers& x, const Numbers& weights, const Numbers& scale,
                            const Numbers& shift, const Numbers& post, const Numbers& bias,
                            const Numbers& residual, const Activate& activate,
                            const std::vector<Expected>& expected) {
  const ConvShape& s = c.shape;
  ProductHarness harness(!c.half_x && !c.half_y);
  const bool computed = random_int(0, 4) == 0, in_place = random_int(0, 1) == 0;
  Numbers y(s.rows() * s.y_stride, c.half_y);
  Numbers added = residual;
  step::conv step{};
  step.x = harness.add(&x, c.half_x, false, {s.n, s.c, s.h, s.w}, s.x_stride, c.lead);
  step.weight = harness.add(&weights, false, !computed, {s.o, s.group_c(), s.kernel_h, s.kernel_w});
  step.y = harness.add(&y, c.half_y, false, {s.n, s.o, s.oh, s.ow}, s.y_stride);
  step.bias = harness.add(c.bias ? &bias : nullptr, false, true, {s.o});
  step.residual = harness.add(!c.residual ? nullptr
                              : in_place  ? &y
                                          : &added,
                              c.half_y, false, {s.n, s.o, s.oh, s.ow}, s.y_stride);
  step.pre_scale = harness.add(c.scale ? &scale : nullptr, false, true, {s.c});
  step.pre_shift = harness.add(c.shift ? &shift : nullptr, false, true, {s.c});
  step.post_scale = harness.add(c.post ? &post : nullptr, false, true, {s.o});
  step.kernel_h = static_cast<int32_t>(s.kernel_h);
  step.kernel_w = static_cast<int32_t>(s.kernel_w);
  step.stride_h = static_cast<int32_t>(s.stride_h);
  step.stride_w = static_cast<int32_t>(s.stride_w);
  step.pad_top = static_cast<int32_t>(s.pad_top);
  step.pad_left = static_cast<int32_t>(s.pad_left);
  step.dilation_h = static_cast<int32_t>(s.dilation_h);
  step.dilation_w = static_cast<int32_t>(s.dilation_w);
  step.group = static_cast<int32_t>(s.group);
  step.pre_relu = c.relu;
  step.pool_h = static_cast<int32_t>(s.pool_h);
  step.pool_w = static_cast<int32_t>(s.pool_w);
  step.pool_stride_h = static_cast<int32_t>(s.pool_stride_h);
  step.pool_stride_w = static_cast<int32_t>(s.pool_stride_w);
  step.activation = static_cast<int32_t>(activate.kind);
  step.alpha = activate.alpha;
  step.beta = activate.beta;
  const auto before = [&] {
    if (c.residual && in_place) y.values = residual.values;
    y.refresh();
  };
  harness.run_all(prepare_conv, step, describe(c), before,
                  [&](const std::string& name) { compare_maps(c, y, expected, name); });
}

inline void check_conv(const ConvCase& c) {
  const ConvShape& s = c.shape;
  require(s.fits(), "a shape does not fit");
  const Numbers x(s.n * s.h * s.w * s.x_stride, c.half_x, c.lead);
  Numbers weights(s.o * s.depth(), false);
  const Numbers scale(s.c, false), shift(s.c, false), post(s.o, false), bias(s.o, false);
  const Numbers residual(s.rows() * s.residual_stride, c.half_y);
  Numbers packed;
  const size_t bytes = static_cast<size_t>(s.o * conv_weight_depth(s, c.half_x)) * (c.half_x ? 2 : 4);
  const DeviceBuffer on_device = device_bytes(bytes);
  std::vector<uint8_t> on_host(bytes);
  pack_conv_weights(s, weights.values.data(), c.half_x, on_host.data());
  require(enqueue_pack_conv_weights(test_stream(), s, static_cast<const float*>(weights.data()), c.half_x,
                                    on_device.data()),
          "packing");
  require(memcmp(on_host.data(), on_device.data(), bytes) == 0, "weights are packed in two ways");

  Gemm gemm = conv_gemm(s, c.operands());
  gemm.a.x = x.data();
  gemm.a.scale = c.scale ? static_cast<const float*>(scale.data()) : nullptr;
  gemm.a.shift = c.shift ? static_cast<const float*>(shift.data()) : nullptr;
  gemm.b.b = on_device.data();
  gemm.out.scale = c.post ? static_cast<const float*>(post.data()) : nullptr;
  gemm.out.bias = c.bias ? static_cast<const float*>(bias.data()) : nullptr;
  gemm.out.activate = Activate(static_cast<int32_t>(random_int(0, 2)), -0.5f, 0.5f);

  if (c.half_x) weights.round();
  std::vector<Expected> expected;
  for (int64_t pixel = 0; pixel < s.rows(); ++pixel) {
    for (int64_t o = 0; o < s.o; ++o) {
      const size_t i = static_cast<size_t>(o);
      const float* const add =
          c.residual ? &residual.values[static_cast<size_t>(pixel * s.residual_stride) + i] : nullptr;
      expected.push_back(finish(conv_at(c, x, weights, scale, shift, pixel, o),
                                c.post ? &post.values[i] : nullptr, c.bias ? &bias.values[i] : nullptr, add,
                                gemm.out.activate));
    }
  }
  check_conv_step(c, x, weights, scale, shift, post, bias, residual, gemm.out.activate, expected);
  std::vector<GemmSchedule> all = schedules(gemm);
  if (s.group == s.c && s.group == s.o) all.push_back({kDepthwise, 1});
  for (const GemmSchedule& schedule : all) {
    const std::string what = describe(c) + ", loader " + std::to_string(static_cast<int>(gemm.row_loader)) +
                             ", tile " + std::to_string(schedule.tile) + ", parts " +
                             std::to_string(schedule.splits);
    // Where there is a residual, y takes its place.
    Numbers y(s.rows() * s.y_stride, c.half_y);
    Gemm now = gemm;
    now.out.y = y.data();
    if (c.residual) {
      y.values = residual.values;
      y.send();
      now.out.residual = now.out.y = y.data();
    }
    if (schedule.tile == kDepthwise) {
      run_depthwise(c, now, weights, what);
    } else {
      run(now, schedule, what);
    }
    compare_maps(c, y, expected, what);
  }
}

// kind 0: any alignment; 1: channels in chunks; 2: with a prologue; 3: and pooled; 4: depthwise; 5: maps of
// one pixel; 6: depthwise in chunks.
inline ConvCase random_conv(int kind, bool half) {
  ConvCase c{};
  ConvShape& s = c.shape;
  c.half_x = half;
  c.half_y = random_int(0, 3) == 0 ? !half : half;
  const bool prologue = kind == 2 || kind == 3;
  c.relu = prologue || random_int(0, 3) == 0;
  c.scale = prologue || (kind % 4 == 0 && random_int(0, 2) == 0);
  c.shift = (prologue && random_int(0, 3) != 0) || (kind % 4 == 0 && random_int(0, 2) == 0);
  if (kind == 1 || kind == 5) c.relu = false;
  c.bias = random_int(0, 1) != 0;
  c.post = c.bias && random_int(0, 2) == 0;
  c.residual = random_int(0, 2) == 0;
  s.n = one_of({1, 1, 2, 3});
  s.group = one_of({1, 1, 1, 2, 3});
  const int64_t chunk = half ? 8 : 4;
  const int64_t group_c = kind == 0 ? one_of({1, 3, 7, 8, 13}) : chunk * one_of({1, 2, 3, 5, 8});
  s.c = group_c * s.group;
  s.o = s.group * one_of({1, 5, 8, 16, 24, 32, 37, 70});
  if (kind == 4 || kind == 6) s.group = s.c = s.o = kind == 6 ? one_of({8, 24}) : one_of({2, 5, 9});
  s.h = one_of({1, 3, 5, 7, 9, 11});
  s.w = one_of({1, 2, 5, 8, 13});
  const bool small = s.c > 40;
  s.kernel_h = kind == 3 ? 1 : one_of({1, 1, 3, small ? 2 : 5});
  s.kernel_w = kind == 3 ? 1 : one_of({1, 1, 3, small ? 2 : 4});
  s.stride_h = one_of({1, 1, 2});
  s.stride_w = one_of({1, 1, 2, 3});
  s.dilation_h = one_of({1, 1, 2});
  s.dilation_w = one_of({1, 1, 3});
  if (kind == 3 || (kind == 0 && random_int(0, 4) == 0)) {
    s.pool_h = s.h < 2 ? 1 : 2;
    s.pool_w = one_of({1, 2, 2, 3});
    if (s.pool_w > s.w) s.pool_w = 1;
    s.pool_stride_h = one_of({1, 2});
    s.pool_stride_w = 2;
  }
  if (kind == 5) {
    s.h = s.w = s.kernel_h = s.kernel_w = 1;
    s.group = random_int(1, 2);
    s.c = group_c * s.group;
    s.o = s.group * random_int(1, 40);
  }
  s.pad_top = kind == 5 ? 0 : one_of({0, 1, 2, -1});
  s.pad_left = kind == 5 ? 0 : one_of({0, 1, 3});
  const int64_t bottom = one_of({0, 1, 2}), right = one_of({0, 1});
  const int64_t room_h = s.input_h() + s.pad_top + bottom - (s.kernel_h - 1) * s.dilation_h - 1;
  const int64_t room_w = s.input_w() + s.pad_left + right - (s.kernel_w - 1) * s.dilation_w - 1;
  s.oh = kind == 5 ? 1 : room_h < 0 ? 1 : room_h / s.stride_h + 1;
  s.ow = kind == 5 ? 1 : room_w < 0 ? 1 : room_w / s.stride_w + 1;
  const int64_t wider = kind == 0 || kind == 4 ? one_of({0, 1, 8}) : chunk * one_of({0, 1});
  s.x_stride = s.c + wider;
  s.y_stride = s.o + one_of({0, 0, 3, 8});
  s.residual_stride = c.residual ? s.y_stride : 0;
  c.lead = kind == 0 ? one_of({0, 1}) : 0;
  return c;
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_TEST_CUDA_GEMM_CONV_CHECKS_H_
