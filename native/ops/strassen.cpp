// With quarters A11 .. A22 of A (rows, depth) and B11 .. B22 of B (depth, columns):
//   S1 = A21 + A22, S2 = S1 - A11, S3 = A11 - A21, S4 = A12 - S2
//   T1 = B12 - B11, T2 = B22 - T1, T3 = B22 - B12, T4 = T2 - B21
//   C11 = A11 B11 + A12 B21
//   U2 = A11 B11 + S2 T2, U4 = U2 + S1 T1
//   C12 = U4 + S4 B22, C21 = U2 + S3 T3 - A22 T4, C22 = U4 + S3 T3
// (S. Winograd's variant; Higham, Accuracy and Stability of Numerical Algorithms, section 23.1.) The sums of
// A are made while it is packed, those of B before; products are summed tile by tile, in registers and the
// first-level cache.
#include "strassen.h"

#include "gemm.h"
#include "geometry.h"

namespace spinexr {
namespace {

// What is multiplied, in the order of its use; the sums of A and of B with the same name meet.
enum Form { kA11B11, kA12B21, kS2T2, kS3T3, kS1T1, kS4B22, kA22T4, kForms };

// Products that wait to be summed: A11 B11, U2, S3 T3, U4.
constexpr int64_t kTiles = 4;

// Packing a pair costs about this part of multiplying it with a panel of each form.
constexpr double kPackCost = 0.09;

// The sums of B, [panel of the first half][sum][half_depth][nr].
enum Sum { kT1, kT2, kT3, kT4, kSums };
// Rows of a panel whose sums one task makes.
constexpr int64_t kTaskRows = 32;

class StrassenConv final : public ExpandingConv {
 public:
  StrassenShape shape;

  Status run(const RunContext& context) const override;

 protected:
  Packing expanded_packing() const override { return Packing::kStrassen; }
  bool needs_panels() const override { return true; }
  int64_t expand_tasks() const override { return shape.half_panels * panel_row_tasks(); }
  void expand(const KernelTable& kernels, const float* packed_weights, int64_t task,
              float* sums) const override;

 private:
  int64_t panel_row_tasks() const { return ceil_div(shape.half_depth, kTaskRows); }
  void add_rows(const KernelTable& kernels, const float* packed_weights, int64_t panel, int64_t first,
                int64_t end, float* sums) const;
};

// A pair of runs of rows with some panels.
class Task {
 public:
  Task(const StrassenConv& op, const RunContext& context, const ConvInput& input, const float* weights,
       const float* sums, int thread, int64_t pair, int64_t panel_task)
      : op_(op),
        shape_(op.shape),
        context_(context),
        kernels_(context.kernels),
        input_(input),
        weights_(weights),
        sums_(sums),
        panel_(panel_task * shape_.task_panels),
        panel_end_(smaller(shape_.half_panels, panel_ + shape_.task_panels)),
        forms_(context.scratch<float>(thread)),
        tiles_(forms_ + shape_.row_groups * kernels_.mr * kPackedStride) {
    const int64_t first = pair % shape_.image_pairs * 2 * kernels_.mr;
    const int64_t rows = smaller(2 * kernels_.mr, shape_.image_rows - first);
    row_ = pair / shape_.image_pairs * shape_.image_rows + first;
    top_ = ceil_div(rows, 2);
    bottom_ = rows - top_;
  }

  void run() const {
    pack();
    for (int64_t panel = panel_; panel < panel_end_; ++panel) multiply(panel);
  }

 private:
  // Forms lie side by side in the packed rows, since most rows are shorter than kPackedStride.
  float* form(int index) const {
    return forms_ + index / shape_.side_by_side * kernels_.mr * kPackedStride +
           index % shape_.side_by_side * shape_.form_depth;
  }
  float* tile(int64_t index) const { return tiles_ + index * kernels_.mr * kernels_.nr; }

  // The quarters, then their sums: A21 makes place for S3, which nothing else needs.
  void pack() const {
    const int64_t half = shape_.half_depth, rest = shape_.depth - half;
    float* const a21 = form(kS3T3);
    input_.pack(form(kA11B11), row_, top_, 0, 0, half);
    input_.pack(form(kA12B21), row_, top_, 0, half, rest);
    input_.pack(a21, row_ + top_, bottom_, 0, 0, half);
    input_.pack(form(kA22T4), row_ + top_, bottom_, 0, half, rest);
    // Halves of an odd number: a last row or column of zeros.
    for (int64_t k = 0; bottom_ < top_ && k < half; ++k) {
      a21[bottom_ * kPackedStride + k] = form(kA22T4)[bottom_ * kPackedStride + k] = 0;
    }
    for (int64_t i = 0; rest < half && i < top_; ++i) {
      form(kA12B21)[i * kPackedStride + rest] = form(kA22T4)[i * kPackedStride + rest] = 0;
    }
    for (int64_t i = 0; i < top_; ++i) {
      const int64_t at = i * kPackedStride;
      const StrassenSums row = {form(kA11B11) + at, form(kA12B21) + at, a21 + at,         form(kA22T4) + at,
                                form(kS1T1) + at,   form(kS2T2) + at,   form(kS3T3) + at, form(kS4B22) + at};
      kernels_.strassen_sums(&row, half);
    }
  }

  void multiply(int64_t panel) const {
    const int64_t size = top_ * kernels_.nr;
    float *const p1 = tile(0), *const u2 = tile(1), *const p7 = tile(2), *const u4 = tile(3);
    product(panel, kA11B11, nullptr, p1);
    finish(panel, kA12B21, p1, false, false);
    product(panel, kS2T2, p1, u2);
    product(panel, kS3T3, nullptr, p7);
    product(panel, kS1T1, u2, u4);
    finish(panel, kS4B22, u4, false, true);
    const int add = static_cast<int>(BinaryOp::kAdd);
    kernels_.binary(add, u4, u4, 1, p7, 1, size);
    finish(panel, kForms, u4, true, true);
    kernels_.binary(add, u2, u2, 1, p7, 1, size);
    finish(panel, kA22T4, u2, true, false);
  }

  GemmTile begin(int64_t panel, int form_index, const float* addend) const {
    GemmTile t = {};
    t.rows = static_cast<int>(top_);
    t.cols = kernels_.nr;
    t.addend = addend;
    t.ld_addend = t.ldc = kernels_.nr;
    if (form_index == kForms) return t;  // no product
    t.a = form(form_index);
    t.b = b(panel, form_index);
    // Below an odd depth the second half of B lacks a row.
    const bool lower = form_index == kA12B21 || form_index == kS4B22;
    t.depth = static_cast<int>(lower ? shape_.depth - shape_.half_depth : shape_.half_depth);
    return t;
  }

  const float* b(int64_t panel, int form_index) const {
    const auto quarter = [&](int64_t p, int64_t row) {
      return weights_ + p * op_.panels.floats + row * kernels_.nr;
    };
    const auto sum = [&](int index) { return sums_ + (panel * kSums + index) * shape_.sum_floats; };
    switch (form_index) {
      case kA11B11:
        return quarter(panel, 0);
      case kA12B21:
        return quarter(panel, shape_.half_depth);
      case kS4B22:
        return quarter(panel + shape_.half_panels, shape_.half_depth);
      case kS1T1:
        return sum(kT1);
      case kS2T2:
        return sum(kT2);
      case kS3T3:
        return sum(kT3);
      default:
        return sum(kT4);
    }
  }

  // target = form + addend
  void product(int64_t panel, int form_index, const float* addend, float* target) const {
    GemmTile t = begin(panel, form_index, addend);
    t.c = target;
    kernels_.gemm_tile(&t);
  }

  // A tile of y: the epilogue of form + addend.
  void finish(int64_t panel, int form_index, const float* addend, bool lower, bool right) const {
    const int64_t column = (panel + (right ? shape_.half_panels : 0)) * kernels_.nr;
    const int64_t columns = smaller(kernels_.nr, op_.geometry.o - column);
    const int64_t rows = lower ? bottom_ : top_;
    if (rows <= 0 || columns <= 0) return;
    const int64_t row = row_ + (lower ? top_ : 0);
    GemmTile t = begin(panel, form_index, addend);
    t.rows = static_cast<int>(rows);
    t.cols = static_cast<int>(columns);
    t.c = context_.data<float>(op_.step.y) + row * op_.y_stride + column;
    t.ldc = op_.y_stride;
    t.scale = ConvOp::operand(context_, op_.step.post_scale, column);
    t.bias = ConvOp::operand(context_, op_.step.bias, column);
    t.residual = ConvOp::operand(context_, op_.step.residual, row * op_.residual_stride + column);
    t.ldr = op_.residual_stride;
    t.low = op_.epilogue.low;
    t.high = op_.epilogue.high;
    t.last = true;
    kernels_.gemm_tile(&t);
    if (!op_.epilogue.has_rest) return;
    for (int r = 0; r < t.rows; ++r) op_.epilogue.apply_rest(kernels_, t.c + r * t.ldc, t.cols);
  }

  const StrassenConv& op_;
  const StrassenShape& shape_;
  const RunContext& context_;
  const KernelTable& kernels_;
  const ConvInput& input_;
  const float* const weights_;
  const float* const sums_;
  const int64_t panel_, panel_end_;
  float* const forms_;
  float* const tiles_;
  int64_t row_, top_, bottom_;
};

void StrassenConv::expand(const KernelTable& kernels, const float* packed_weights, int64_t task,
                          float* sums) const {
  const int64_t panel = task / panel_row_tasks(), first = task % panel_row_tasks() * kTaskRows;
  const int64_t end = smaller(shape.half_depth, first + kTaskRows);
  const int64_t below = smaller(end, shape.depth - shape.half_depth);
  if (first < below) add_rows(kernels, packed_weights, panel, first, below, sums);
  if (below < end) add_rows(kernels, packed_weights, panel, larger(first, below), end, sums);
}

// Rows [first, end) of the sums of a pair of panels; either all or none of them have a row in the second half
// of B.
void StrassenConv::add_rows(const KernelTable& kernels, const float* packed_weights, int64_t panel,
                            int64_t first, int64_t end, float* sums) const {
  const int64_t right = panel + shape.half_panels, below = first + shape.half_depth;
  const auto rows_of = [&](int64_t p, int64_t row) {
    return p < panels.count && row < shape.depth ? packed_weights + p * panels.floats + row * kernels.nr
                                                 : nullptr;
  };
  const float *const b11 = rows_of(panel, first), *const b12 = rows_of(right, first);
  const float *const b21 = rows_of(panel, below), *const b22 = rows_of(right, below);
  float* const target = sums + panel * kSums * shape.sum_floats + first * kernels.nr;
  float *const t1 = target, *const t2 = t1 + shape.sum_floats;
  float *const t3 = t2 + shape.sum_floats, *const t4 = t3 + shape.sum_floats;
  const float zero = 0;
  const auto subtract = [&](float* y, const float* a, const float* b) {
    kernels.binary(static_cast<int>(BinaryOp::kSub), y, a == nullptr ? &zero : a, a != nullptr,
                   b == nullptr ? &zero : b, b != nullptr, (end - first) * kernels.nr);
  };
  subtract(t1, b12, b11);
  subtract(t2, b22, t1);
  subtract(t3, b22, b12);
  subtract(t4, b21, t2);
}

Status StrassenConv::run(const RunContext& context) const {
  const ConvInput input = this->input(context);
  const float* const packed_weights = weights(context);
  const float* const sums = expanded(context, packed_weights);
  const int64_t pairs = shape.images * shape.image_pairs;
  context.pool.parallel_for(pairs * shape.panel_tasks, [&](int64_t i, int thread) {
    const int64_t pair = i / shape.panel_tasks, panel_task = i % shape.panel_tasks;
    Task(*this, context, input, packed_weights, sums, thread, pair, panel_task).run();
  });
  return Status::OK;
}

// Pairs (nothing is done twice) and groups of panels (each packs A again), so that the last thread ends
// early.
void choose_tasks(int threads, StrassenShape* shape) {
  double best = __builtin_inf();
  for (int64_t groups = 1;; groups = smaller(groups * 2, shape->half_panels)) {
    const int64_t panels = ceil_div(shape->half_panels, groups);
    const int64_t tasks = ceil_div(shape->half_panels, panels);
    const double rounds = static_cast<double>(ceil_div(shape->images * shape->image_pairs * tasks, threads));
    const double cost = rounds * (static_cast<double>(panels) + kPackCost);
    if (cost < best) {
      best = cost;
      shape->panel_tasks = tasks;
      shape->task_panels = panels;
    }
    if (groups >= shape->half_panels || threads == 1) return;
  }
}

bool make_shape(const KernelTable& kernels, int threads, const ConvGeometry& g, StrassenShape* shape) {
  if (product({g.n, g.oh, g.ow}) < 0 || product({g.o + 2 * kernels.nr, g.depth() + 2}) < 0) return false;
  shape->depth = g.depth();
  shape->half_depth = ceil_div(g.depth(), 2);
  shape->half_panels = ceil_div(ceil_div(g.o, kernels.nr), 2);
  shape->form_depth = ceil_div(shape->half_depth, 16) * 16;
  shape->side_by_side = larger(1, kPackedDepth / shape->form_depth);
  shape->row_groups = ceil_div(kForms, shape->side_by_side);
  shape->sum_floats = ceil_div(shape->half_depth * kernels.nr, 16) * 16;
  shape->images = g.n;
  shape->image_rows = g.oh * g.ow;
  shape->image_pairs = ceil_div(shape->image_rows, 2 * kernels.mr);
  if (shape->half_panels > 0) choose_tasks(threads, shape);
  return true;
}

}  // namespace

int64_t StrassenShape::sums_floats() const { return half_panels * kSums * sum_floats; }

uint64_t StrassenShape::thread_scratch(const KernelTable& kernels) const {
  const int64_t row = row_groups * kPackedStride + kTiles * kernels.nr;
  return static_cast<uint64_t>(kernels.mr * row) * sizeof(float);
}

bool runs_strassen(const ConvGeometry& g) {
  return g.group == 1 && g.depth() > 0 && g.depth() <= 2 * kPackedDepth;
}

Status make_strassen_conv(PrepareContext& context, const ConvGeometry& geometry,
                          std::unique_ptr<ConvOp>* conv) {
  auto op = std::unique_ptr<StrassenConv>(new (std::nothrow) StrassenConv);
  if (op == nullptr) return Status::OK;
  if (!make_shape(context.kernels, context.threads, geometry, &op->shape) ||
      !op->set_panels(context.kernels, geometry, op->shape.sums_floats(), geometry.pixels())) {
    return context.fail("its sizes overflow");
  }
  context.need_per_thread(op->shape.thread_scratch(context.kernels));
  *conv = std::move(op);
  return Status::OK;
}

}  // namespace spinexr
