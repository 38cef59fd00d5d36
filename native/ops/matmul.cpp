// y[batch.., m, n] = act(scale * A B + bias[n]) through the tiled product of gemm.h. A constant B is packed
// once per distinct matrix; a computed one in each run.
#include <string.h>

#include "gemm.h"
#include "geometry.h"

namespace spinexr {
namespace {

// B of [k, n] (or [n, k] when transposed) to panels [panel][k][nr]; columns from `panel` on, zero behind
// column n.
void pack_panel(const KernelTable& kernels, const float* b, bool transposed, const GemmShape& shape,
                int64_t panel, float* packed) {
  const int64_t nr = kernels.nr, column = panel * nr;
  const int64_t cols = smaller(nr, shape.n - column);
  float* const target = packed + panel * shape.panel_floats;
  if (cols < nr) memset(target, 0, static_cast<size_t>(shape.panel_floats) * sizeof(float));
  if (transposed) {
    kernels.transpose(target, nr, b + column * shape.k, shape.k, cols, shape.k);
    return;
  }
  for (int64_t k = 0; k < shape.k; ++k) {
    memcpy(target + k * nr, b + k * shape.n + column, static_cast<size_t>(cols) * sizeof(float));
  }
}

// Offsets of the batch items: a mixed-radix walk with strides, and the count of distinct matrices of B.
struct Batch {
  int64_t dims[4], a_stride[4], b_stride[4];
  int64_t items = 1, distinct_b = 1;

  void locate(int64_t item, int64_t* a, int64_t* b, int64_t* b_index) const {
    *a = *b = *b_index = 0;
    int64_t radix = 1;
    for (int d = 3; d >= 0; --d) {
      const int64_t i = item % dims[d];
      item /= dims[d];
      *a += i * a_stride[d];
      *b += i * b_stride[d];
      if (b_stride[d] == 0) continue;
      *b_index += i * radix;
      radix *= dims[d];
    }
  }
};

class Matmul final : public Op {
 public:
  step::matmul step;
  Batch batch;
  GemmShape shape;
  Epilogue epilogue;
  const float* packed = nullptr;  // of a constant B: distinct_b times packed_floats

  Status run(const RunContext& context) const override {
    if (packed != nullptr) {
      multiply(context, shape, 0, packed);
      return Status::OK;
    }
    float* const panels = reinterpret_cast<float*>(context.shared_scratch);
    if (batch.distinct_b == 1) {
      pack_now(context, 0, panels);
      multiply(context, shape, 0, panels);
      return Status::OK;
    }
    GemmShape one = shape;
    one.items = 1;
    int64_t last = -1;
    for (int64_t item = 0; item < batch.items; ++item) {
      int64_t a, b, b_index;
      batch.locate(item, &a, &b, &b_index);
      if (b_index != last) pack_now(context, b, panels);
      last = b_index;
      multiply(context, one, item, panels);
    }
    return Status::OK;
  }

 private:
  class Source final : public GemmSource {
   public:
    Source(const Matmul& op, const RunContext& context, int64_t first, const float* panels)
        : op_(op),
          kernels_(context.kernels),
          first_(first),
          panels_(panels),
          a_(context.data<float>(op.step.a)),
          bias_(context.data<float>(op.step.bias)),
          y_(context.data<float>(op.step.y)) {}

    GemmItem item(int64_t index) const override {
      int64_t a, b, b_index;
      op_.batch.locate(first_ + index, &a, &b, &b_index);
      const bool many = op_.packed != nullptr;
      return {panels_ + (many ? b_index * op_.shape.packed_floats() : 0),
              y_ + (first_ + index) * op_.shape.m * op_.shape.n,
              op_.shape.n,
              nullptr,
              bias_,
              nullptr,
              0};
    }
    void pack(int64_t index, int64_t row, int64_t rows, int64_t k, int64_t depth,
              float* target) const override {
      int64_t a, b, b_index;
      op_.batch.locate(first_ + index, &a, &b, &b_index);
      const GemmShape& shape = op_.shape;
      if (op_.step.trans_a != 0) {
        kernels_.transpose(target, kPackedStride, a_ + a + k * shape.m + row, shape.m, depth, rows);
      }
      for (int64_t i = 0; i < rows; ++i) {
        float* const line = target + i * kPackedStride;
        const float* const source = op_.step.trans_a != 0 ? line : a_ + a + (row + i) * shape.k + k;
        if (op_.step.scale != 1.0f) {
          kernels_.affine(line, source, op_.step.scale, 0, depth, -__builtin_inff(), __builtin_inff());
        } else if (source != line) {
          memcpy(line, source, static_cast<size_t>(depth) * sizeof(float));
        }
      }
    }

   private:
    const Matmul& op_;
    const KernelTable& kernels_;
    const int64_t first_;
    const float* const panels_;
    const float* const a_;
    const float* const bias_;
    float* const y_;
  };

  void multiply(const RunContext& context, const GemmShape& part, int64_t first, const float* panels) const {
    const Source source(*this, context, first, panels);
    gemm(context, part, epilogue, source);
  }
  void pack_now(const RunContext& context, int64_t b_offset, float* panels) const {
    const float* const b = context.data<float>(step.b) + b_offset;
    context.pool.parallel_for(shape.panels, [&](int64_t panel, int) {
      pack_panel(context.kernels, b, step.trans_b != 0, shape, panel, panels);
    });
  }
};

Status read_batch(PrepareContext& context, const step::matmul& step, Batch* batch) {
  for (int d = 0; d < 4; ++d) {
    SPX_TRY(context.expect_range("batch", step.batch[d], 0, INT32_MAX));
    SPX_TRY(context.expect_range("a_batch_stride", step.a_batch_stride[d], 0, INT32_MAX));
    SPX_TRY(context.expect_range("b_batch_stride", step.b_batch_stride[d], 0, INT32_MAX));
    batch->dims[d] = step.batch[d];
    batch->a_stride[d] = step.a_batch_stride[d];
    batch->b_stride[d] = step.b_batch_stride[d];
    if (step.b_batch_stride[d] != 0) batch->distinct_b = product({batch->distinct_b, step.batch[d]});
  }
  batch->items = product({step.batch[0], step.batch[1], step.batch[2], step.batch[3]});
  if (batch->items < 0) return context.fail("its batch overflows");
  return Status::OK;
}

// The matrices of one operand, walked with its strides, lie inside it.
Status check_matrices(PrepareContext& context, int32_t tensor, const char* role, const Batch& batch,
                      const int32_t* strides, int64_t elements) {
  SPX_TRY(context.expect_type(tensor, role, DType::kF32));
  if (elements < 0) return context.fail("expected %s of a size that does not overflow", role);
  if (elements == 0) return Status::OK;
  int64_t low, high, last;
  const int32_t dims[4] = {static_cast<int32_t>(batch.dims[0]), static_cast<int32_t>(batch.dims[1]),
                           static_cast<int32_t>(batch.dims[2]), static_cast<int32_t>(batch.dims[3])};
  if (!walk_bounds(dims, strides, 4, &low, &high) || __builtin_add_overflow(high, elements - 1, &last)) {
    return context.fail("its batch strides overflow");
  }
  return context.expect_inside(tensor, role, 0, last);
}

Status pack_constant(PrepareContext& context, Matmul* op) {
  const uint64_t floats = static_cast<uint64_t>(op->shape.packed_floats());
  context.release_constant(op->step.b);
  if (product({op->batch.distinct_b, op->shape.packed_floats()}) < 0)
    return context.fail("its packed B overflows");
  // One item per distinct matrix: walk only the dims that B has.
  Batch own = op->batch;
  for (int d = 0; d < 4; ++d) {
    if (own.b_stride[d] == 0) own.dims[d] = 1;
  }
  const auto pack = [&](const uint8_t* raw, uint8_t* target) {
    for (int64_t item = 0; item < op->batch.distinct_b; ++item) {
      int64_t a, offset, index;
      own.locate(item, &a, &offset, &index);
      for (int64_t panel = 0; panel < op->shape.panels; ++panel) {
        pack_panel(context.kernels, reinterpret_cast<const float*>(raw) + offset, op->step.trans_b != 0,
                   op->shape, panel,
                   reinterpret_cast<float*>(target) + static_cast<uint64_t>(index) * floats);
      }
    }
  };
  const int64_t* const d = own.dims;
  const int64_t* const s = own.b_stride;
  const uint8_t* data = nullptr;
  SPX_TRY(context.constant_form(
      op->step.b,
      {static_cast<int64_t>(Packing::kMatmulPanels), context.kernels.nr, op->shape.k, op->shape.n,
       op->step.trans_b, d[0], d[1], d[2], d[3], s[0], s[1], s[2], s[3]},
      static_cast<uint64_t>(op->batch.distinct_b) * floats * sizeof(float), &data, pack));
  op->packed = reinterpret_cast<const float*>(data);
  return Status::OK;
}

}  // namespace

Status prepare_matmul(PrepareContext& context, const step::matmul& step, OpPointer* op) {
  auto matmul = std::unique_ptr<Matmul>(new (std::nothrow) Matmul);
  if (matmul == nullptr) return Status::OK;
  matmul->step = step;
  SPX_TRY(read_activation(context, step.activation, step.alpha, step.beta, &matmul->epilogue));
  SPX_TRY(context.expect_range("m", step.m, 0, INT32_MAX));
  SPX_TRY(context.expect_range("n", step.n, 0, INT32_MAX));
  SPX_TRY(context.expect_range("k", step.k, 0, INT32_MAX));
  SPX_TRY(context.expect_range("trans_a", step.trans_a, 0, 1));
  SPX_TRY(context.expect_range("trans_b", step.trans_b, 0, 1));
  Batch& batch = matmul->batch;
  SPX_TRY(read_batch(context, step, &batch));
  const int64_t m = step.m, n = step.n, k = step.k;
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, product({batch.items, m, n})));
  if (context.tensor(step.y).elements == 0) {
    *op = make_op([](const RunContext&) { return Status::OK; });
    return Status::OK;
  }
  SPX_TRY(check_matrices(context, step.a, "a", batch, step.a_batch_stride, product({m, k})));
  const bool constant = context.is_constant(step.b);
  SPX_TRY(check_matrices(context, step.b, "b", batch, step.b_batch_stride, product({k, n})));
  if (step.bias >= 0) SPX_TRY(context.expect_dense(step.bias, "bias", DType::kF32, n));
  if (!make_gemm_shape(context.kernels, context.threads, batch.items, m, n, k, &matmul->shape)) {
    return context.fail("its sizes overflow");
  }
  context.need_per_thread(matmul->shape.thread_scratch(context.kernels));
  if (constant) {
    SPX_TRY(pack_constant(context, matmul.get()));
  } else {
    context.need_shared(static_cast<uint64_t>(matmul->shape.packed_floats()) * sizeof(float));
  }
  *op = std::move(matmul);
  return Status::OK;
}

}  // namespace spinexr
