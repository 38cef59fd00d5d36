// Products on the emulated GPU against double loops: convolutions and matrix products of random sizes, with
// every kernel that exists and several ways to split the depth.
#include <array>
#include <map>

#include "cuda/kernels/conv_gemm.h"
#include "cuda/kernels/implicit_gemm_schedule.h"
#include "cuda/kernels/matmul_gemm.h"
#include "gemm_support.h"

namespace spinexr::cuda {
namespace {

constexpr double kHalfTolerance = 2e-3, kFloatTolerance = 2e-6;

// How often each kernel ran.
std::map<std::array<int, 4>, int> runs;

// Schedules to try: of each tile, two ways to split.
std::vector<GemmSchedule> schedules(const Gemm& gemm) {
  std::vector<GemmSchedule> result;
  for (int32_t tile = 0; tile < kGemmTiles; ++tile) {
    if (!gemm_exists(gemm.row_loader, gemm.column_loader, tile)) continue;
    const int32_t parts =
        (gemm.a.window.depth + gemm_tile(gemm.half, tile).k - 1) / gemm_tile(gemm.half, tile).k;
    result.push_back({tile, 1});
    if (parts > 1) result.push_back({tile, static_cast<int32_t>(random_int(2, parts < 5 ? parts : 5))});
  }
  return result;
}

void run(const Gemm& gemm, const GemmSchedule& schedule, const std::string& what) {
  ++runs[{gemm.half, static_cast<int>(gemm.row_loader), static_cast<int>(gemm.column_loader), schedule.tile}];
  const DeviceBuffer scratch = device_bytes(static_cast<size_t>(gemm_scratch_bytes(gemm, schedule)));
  const DeviceBuffer counters = zeros(static_cast<size_t>(gemm_counters(gemm, schedule)));
  require(enqueue_gemm(test_stream(), gemm, schedule, scratch.data(),
                       reinterpret_cast<uint32_t*>(counters.data())),
          what);
  require(synchronize(test_stream()), what);
  require_zeros(counters, what);
}

struct Expected {
  double value, squares;
};

Expected finish(const Sum& total, const float* scale, const float* bias, const float* residual,
                const Activate& activate) {
  const double factor = scale == nullptr ? 1 : *scale;
  double v = total.value * factor;
  if (bias != nullptr) v += *bias;
  if (residual != nullptr) v += *residual;
  if (activate.kind == Activation::kRelu) v = v < 0 ? 0 : v;
  if (activate.kind == Activation::kClip)
    v = v < activate.alpha ? activate.alpha : v > activate.beta ? activate.beta : v;
  return {v, total.squares * factor * factor};
}

struct ConvCase {
  ConvShape shape;
  bool half_x, half_y, scale, shift, relu, post, bias, residual;
  int64_t lead;  // elements in front of x: an address that is no multiple of 16
};

// x behind the prologue and the pooling at a position inside.
double conv_input(const ConvCase& c, const Numbers& x, const Numbers& scale, const Numbers& shift,
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

Sum conv_at(const ConvCase& c, const Numbers& x, const Numbers& weights, const Numbers& scale,
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

void check_conv(const ConvCase& c) {
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

  Gemm gemm = conv_gemm(s, {c.half_x, c.half_y, c.scale, c.shift, c.relu, c.lead == 0, true, true});
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
  for (const GemmSchedule& schedule : schedules(gemm)) {
    char what[300];
    snprintf(
        what, sizeof what,
        "conv %d x %d x %d x %d -> %d, kernel %d x %d, group %d, half %d %d, loader %d, tile %d, %d parts",
        static_cast<int>(s.n), static_cast<int>(s.h), static_cast<int>(s.w), static_cast<int>(s.c),
        static_cast<int>(s.o), static_cast<int>(s.kernel_h), static_cast<int>(s.kernel_w),
        static_cast<int>(s.group), c.half_x, c.half_y, static_cast<int>(gemm.row_loader), schedule.tile,
        schedule.splits);
    // Where there is a residual, y takes its place.
    Numbers y(s.rows() * s.y_stride, c.half_y);
    Gemm now = gemm;
    now.out.y = y.data();
    if (c.residual) {
      y.values = residual.values;
      y.send();
      now.out.residual = now.out.y = y.data();
    }
    run(now, schedule, what);
    Distance distance;
    for (int64_t pixel = 0; pixel < s.rows(); ++pixel) {
      for (int64_t o = 0; o < s.y_stride; ++o) {
        const int64_t place = pixel * s.y_stride + o;
        if (o < s.o) {
          const Expected& e = expected[static_cast<size_t>(pixel * s.o + o)];
          distance.add(y.at(place), e.value, e.squares);
        } else {
          require(y.at(place) == y.values[static_cast<size_t>(place)],
                  std::string(what) + ": wrote between pixels");
        }
      }
    }
    char number[60];
    snprintf(number, sizeof number, ": distance %g", distance.value());
    require(distance.value() <= (c.half_x || c.half_y ? kHalfTolerance : kFloatTolerance),
            std::string(what) + number);
  }
}

int64_t one_of(std::initializer_list<int64_t> choices) {
  return choices.begin()[random_int(0, static_cast<int64_t>(choices.size()) - 1)];
}

// kind 0: any alignment; 1: channels in chunks; 2: with a prologue; 3: and pooled.
ConvCase random_conv(int kind, bool half) {
  ConvCase c{};
  ConvShape& s = c.shape;
  c.half_x = half;
  c.half_y = random_int(0, 3) == 0 ? !half : half;
  c.relu = kind >= 2 || random_int(0, 3) == 0;
  c.scale = kind >= 2 || (kind == 0 && random_int(0, 2) == 0);
  c.shift = (kind >= 2 && random_int(0, 3) != 0) || (kind == 0 && random_int(0, 2) == 0);
  if (kind == 1) c.relu = false;
  c.bias = random_int(0, 1) != 0;
  c.post = c.bias && random_int(0, 2) == 0;
  c.residual = random_int(0, 2) == 0;
  s.n = one_of({1, 1, 2, 3});
  s.group = one_of({1, 1, 1, 2, 3});
  const int64_t chunk = half ? 8 : 4;
  const int64_t group_c = kind == 0 ? one_of({1, 3, 7, 8, 13}) : chunk * one_of({1, 2, 3, 5, 8});
  s.c = group_c * s.group;
  s.o = s.group * one_of({1, 5, 8, 16, 24, 32, 37, 70});
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
  s.pad_top = one_of({0, 1, 2, -1});
  s.pad_left = one_of({0, 1, 3});
  const int64_t bottom = one_of({0, 1, 2}), right = one_of({0, 1});
  const int64_t room_h = s.input_h() + s.pad_top + bottom - (s.kernel_h - 1) * s.dilation_h - 1;
  const int64_t room_w = s.input_w() + s.pad_left + right - (s.kernel_w - 1) * s.dilation_w - 1;
  s.oh = room_h < 0 ? 1 : room_h / s.stride_h + 1;
  s.ow = room_w < 0 ? 1 : room_w / s.stride_w + 1;
  const int64_t wider = kind == 0 ? one_of({0, 1, 5}) : chunk * one_of({0, 1});
  s.x_stride = s.c + wider;
  s.y_stride = s.o + one_of({0, 0, 3, 8});
  s.residual_stride = c.residual ? s.y_stride : 0;
  c.lead = kind == 0 ? one_of({0, 1}) : 0;
  return c;
}

double matrix_at(const Numbers& numbers, int64_t offset, int64_t row, int64_t column, int64_t rows,
                 int64_t columns, bool transposed) {
  return numbers
      .values[static_cast<size_t>(offset + (transposed ? column * rows + row : row * columns + column))];
}

void check_matmul(const MatmulShape& given, bool half, bool half_y, bool packed) {
  const int64_t items = given.items(), m = given.m, n = given.n, k = given.k;
  int64_t a_end = m * k, b_end = n * k;
  for (int d = 0; d < 4; ++d) {
    a_end += (given.batch[d] - 1) * given.a_stride[d];
    b_end += (given.batch[d] - 1) * given.b_stride[d];
  }
  const Numbers a(a_end, half), bias(n, false);
  Numbers b(b_end, half && !packed);
  const MatmulShape shape = given.folded();
  std::vector<uint8_t> host(static_cast<size_t>(shape.distinct_b() * n * matmul_weight_depth(shape, half)) *
                            (half ? 2 : 4));
  pack_matmul_weights(shape, b.values.data(), half, host.data());
  const DeviceBuffer weights = device_bytes(host.size());
  require(copy_to_device(weights.data(), host.data(), host.size(), test_stream()), "weights");
  Gemm gemm = matmul_gemm(shape, {half, half_y, packed, true, true, true});
  gemm.a.x = a.data();
  gemm.b.b = packed ? weights.data() : b.data();
  gemm.out.bias = static_cast<const float*>(bias.data());
  gemm.out.alpha = 0.75f;

  if (half) b.round();
  std::vector<Expected> expected;
  for (int64_t item = 0; item < items; ++item) {
    int64_t a_offset = 0, b_offset = 0, rest = item;
    for (int d = 3; d >= 0; --d) {
      a_offset += rest % given.batch[d] * given.a_stride[d];
      b_offset += rest % given.batch[d] * given.b_stride[d];
      rest /= given.batch[d];
    }
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        Sum sum;
        for (int64_t l = 0; l < k; ++l) {
          sum.add(matrix_at(a, a_offset, i, l, m, k, given.trans_a),
                  matrix_at(b, b_offset, l, j, k, n, given.trans_b));
        }
        expected.push_back({0.75 * sum.value + bias.values[static_cast<size_t>(j)], sum.squares / 2});
      }
    }
  }
  for (const GemmSchedule& schedule : schedules(gemm)) {
    char what[300];
    snprintf(what, sizeof what,
             "matmul %d of %d x %d x %d, transposed %d %d, half %d %d, packed %d, loaders %d %d, tile %d, %d "
             "parts",
             static_cast<int>(items), static_cast<int>(m), static_cast<int>(n), static_cast<int>(k),
             given.trans_a, given.trans_b, half, half_y, packed, static_cast<int>(gemm.row_loader),
             static_cast<int>(gemm.column_loader), schedule.tile, schedule.splits);
    const Numbers y(items * m * n, half_y);
    Gemm now = gemm;
    now.out.y = y.data();
    run(now, schedule, what);
    Distance distance;
    for (int64_t i = 0; i < items * m * n; ++i) {
      const Expected& e = expected[static_cast<size_t>(i)];
      distance.add(y.at(i), e.value, e.squares);
    }
    char number[60];
    snprintf(number, sizeof number, ": distance %g", distance.value());
    require(distance.value() <= (half || half_y ? kHalfTolerance : kFloatTolerance),
            std::string(what) + number);
  }
}

MatmulShape random_matmul(bool chunks) {
  MatmulShape s;
  s.m = one_of({1, 3, 16, 33, 49, 70});
  s.n = chunks ? one_of({8, 32, 72}) : one_of({1, 5, 14, 33, 67});
  s.k = chunks ? one_of({8, 64, 120}) : one_of({0, 1, 7, 50, 99});
  s.trans_a = !chunks && random_int(0, 1) != 0;
  s.trans_b = random_int(0, 1) != 0;
  s.batch[3] = one_of({1, 2, 3});
  s.batch[1] = one_of({1, 1, 2});
  s.a_stride[3] = one_of({0, 1, 1}) * s.m * s.k;
  s.b_stride[3] = one_of({0, 1}) * s.n * s.k;
  s.a_stride[1] = s.batch[3] * s.m * s.k;
  s.b_stride[1] = s.b_stride[3] == 0 ? 0 : s.batch[3] * s.n * s.k;
  return s;
}

void check_index() {
  for (int i = 0; i < 200000; ++i) {
    const int shift = static_cast<int>(random_int(0, 30));
    const int64_t d = random_int(1, (int64_t{1} << (31 - shift)) - 1);
    const uint32_t n = i % 3 == 0 ? static_cast<uint32_t>(INT32_MAX) - static_cast<uint32_t>(i % 7)
                                  : random_bits() >> random_int(1, 31);
    const FastDivide divide(d);
    const uint32_t q = divide.quotient(n);
    require(q == n / d && divide.remainder(n, q) == n % d, "a fast division");
    const uint32_t multiple = static_cast<uint32_t>(n / d * d);
    require(multiple == 0 || divide.quotient(multiple - 1) == (multiple - 1) / d,
            "a fast division before a multiple");
  }
  // Chunks of a row stay in it, and eight rows have the same chunk in eight different places of 128 bytes.
  for (const int chunks : {4, 8, 16, 32}) {
    for (int first = 0; first < 64; first += 8) {
      for (int chunk = 0; chunk < chunks; ++chunk) {
        uint32_t banks = 0;
        for (int row = first; row < first + 8; ++row) {
          const int place = chunk_place(row, chunk, chunks);
          require(place / chunks == row, "a chunk leaves its row");
          banks |= 1u << place % 8;
        }
        require(banks == 0xFFu, "eight rows share a bank");
      }
    }
  }
}

void check_schedules() {
  const GpuSize sizes[] = {{132, 227 * 1024}, {30, 64 * 1024}, {1, 48 * 1024}, {4, 227 * 1024}};
  for (int i = 0; i < 2000; ++i) {
    const int kind = static_cast<int>(random_int(0, 3));
    ConvCase c = random_conv(kind, random_int(0, 1) != 0);
    c.shape.n = one_of({1, 64});
    c.shape.oh = one_of({1, 7, 56, 224});
    c.shape.ow = one_of({1, 7, 56, 512});
    Gemm gemm = conv_gemm(c.shape, {c.half_x, c.half_y, c.scale, c.shift, c.relu, c.lead == 0, true, true});
    for (const GpuSize& size : sizes) {
      GemmSchedule best[3];
      const int count = rank_gemm_schedules(gemm, size, 3, best);
      require(count >= 1 && count <= 3, "no schedule for a product");
      double last = 0;
      for (int j = 0; j < count; ++j) {
        const double cycles = estimate_gemm(gemm, size, best[j]);
        require(cycles >= last && cycles < 1e15, "schedules are not in order");
        last = cycles;
        require(gemm_exists(gemm.row_loader, gemm.column_loader, best[j].tile),
                "a schedule without a kernel");
        require(gemm_tile(gemm.half, best[j].tile).shared_bytes(gemm.half ? 2 : 4) <= size.shared_bytes,
                "a tile is too large");
      }
      // More rows, more columns or more depth never take less; more multiprocessors never more.
      const double now = estimate_gemm(gemm, size, best[0]);
      Gemm more = gemm;
      more.a.window.rows *= 4;
      require(estimate_gemm(more, size, {best[0].tile, 1}) >= estimate_gemm(gemm, size, {best[0].tile, 1}),
              "more rows");
      more = gemm;
      more.b.columns *= 4;
      require(estimate_gemm(more, size, {best[0].tile, 1}) >= estimate_gemm(gemm, size, {best[0].tile, 1}),
              "more columns");
      more = gemm;
      more.a.window.depth *= 4;
      require(estimate_gemm(more, size, best[0]) >= now, "more depth");
    }
  }
  // DenseNet's last blocks at batch 1: too few tiles for the GPU, so the depth is split.
  ConvShape last;
  last.c = last.x_stride = 1024;
  last.o = last.y_stride = 128;
  last.h = last.w = last.oh = last.ow = 7;
  GemmSchedule best[1];
  require(rank_gemm_schedules(conv_gemm(last, {true, true, true, true, true, true, true, true}), sizes[0], 1,
                              best) == 1 &&
              best[0].splits > 1,
          "the depth of a small map is not split");
}

}  // namespace

int test_gemm(int rounds) {
  check_index();
  check_schedules();
  for (int i = 0; i < rounds; ++i) {
    for (const bool half : {false, true}) {
      for (int kind = 0; kind < 4; ++kind) check_conv(random_conv(kind, half));
      const bool half_y = random_int(0, 2) == 0 ? !half : half;
      check_matmul(random_matmul(i % 2 == 0), half, half_y, false);
      if (i % 2 == 0) check_matmul(random_matmul(random_int(0, 1) != 0), half, half_y, true);
    }
  }
  for (int half = 0; half < 2; ++half) {
    for (int rows = 0; rows < static_cast<int>(RowLoader::kCount); ++rows) {
      for (int columns = 0; columns < static_cast<int>(ColumnLoader::kCount); ++columns) {
        for (int tile = 0; tile < kGemmTiles; ++tile) {
          if (!gemm_exists(static_cast<RowLoader>(rows), static_cast<ColumnLoader>(columns), tile)) continue;
          const int count = runs[{half, rows, columns, tile}];
          if (rounds > 3 && count == 0) {
            fprintf(stderr, "half %d, loaders %d %d, tile %d never ran\n", half, rows, columns, tile);
            return 1;
          }
        }
      }
    }
  }
  return 0;
}

}  // namespace spinexr::cuda

// gemm_test ROUNDS SEED
int main(int count, char** words) {
  const int rounds = count > 1 ? atoi(words[1]) : 6;
  spinexr::cuda::random_state ^= static_cast<uint64_t>(count > 2 ? atoll(words[2]) : 1) * 0x2545F4914F6CDD1Du;
  const int status = spinexr::cuda::test_gemm(rounds);
  if (status == 0) printf("good\n");
  return status;
}
