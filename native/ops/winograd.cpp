#include "winograd.h"

#include "geometry.h"

namespace spinexr {
namespace {

constexpr int kMostPositions = 36;

// What padding reads as.
alignas(64) constexpr float kZeros[kPackedDepth] = {};

// Input channels of a panel whose filters are transformed by one task: small layers keep all threads busy.
constexpr int64_t kTaskFilters = 32;

class WinogradConv final : public ExpandingConv {
 public:
  WinogradShape shape;

  Status run(const RunContext& context) const override;

 protected:
  Packing expanded_packing() const override {
    return shape.m == 2 ? Packing::kWinograd2 : Packing::kWinograd4;
  }
  bool needs_panels() const override { return false; }
  int64_t expand_tasks() const override { return shape.panels * panel_filter_tasks(); }
  void expand(const KernelTable& kernels, const float* packed_weights, int64_t task,
              float* target) const override;

 private:
  int64_t panel_filter_tasks() const { return ceil_div(geometry.c, kTaskFilters); }
};

// A block of tiles with some panels of output channels.
class Task {
 public:
  Task(const WinogradConv& op, const RunContext& context, const ConvInput& input, const float* weights,
       int thread, int64_t block, int64_t panel_task)
      : op_(op),
        shape_(op.shape),
        context_(context),
        kernels_(context.kernels),
        input_(input),
        weights_(weights),
        tile_(block * shape_.block_tiles),
        tiles_(smaller(shape_.block_tiles, shape_.tiles - tile_)),
        panel_(panel_task * shape_.task_panels),
        panel_end_(smaller(shape_.panels, panel_ + shape_.task_panels)),
        inputs_(context.scratch<float>(thread)),
        products_(inputs_ + shape_.input_floats()),
        product_stride_(shape_.product_stride(kernels_.nr)),
        pixels_(products_ + shape_.positions * product_stride_) {}

  void run() const {
    for (int64_t chunk = 0; chunk < shape_.chunks; ++chunk) {
      const int64_t c = chunk * shape_.chunk_depth;
      const int64_t depth = smaller(shape_.chunk_depth, op_.geometry.c - c);
      for (int64_t i = 0; i < tiles_; ++i) transform_input(i, c, depth);
      for (int64_t position = 0; position < shape_.positions; ++position)
        multiply(position, c, static_cast<int>(depth));
    }
    for (int64_t i = 0; i < tiles_; ++i) transform_output(i);
  }

 private:
  struct Place {
    int64_t image, oh, ow;  // the tile's first pixel
  };
  Place place(int64_t i) const {
    const int64_t tile = tile_ + i, row = tile / shape_.tiles_w;
    return {row / shape_.tiles_h, row % shape_.tiles_h * shape_.m, tile % shape_.tiles_w * shape_.m};
  }

  // Row i of this block's matrix at a position.
  float* packed_row(int64_t position, int64_t i) const {
    const int64_t group = position / shape_.side_by_side;
    return inputs_ + (group * shape_.block_tiles + i) * kPackedStride +
           position % shape_.side_by_side * shape_.chunk_depth;
  }

  void transform_input(int64_t i, int64_t c, int64_t depth) const {
    const ConvGeometry& g = op_.geometry;
    const Place at = place(i);
    const int64_t size = shape_.m + 2;
    const float* x[kMostPositions];
    float* v[kMostPositions];
    for (int64_t position = 0; position < shape_.positions; ++position) {
      const int64_t ih = at.oh - g.pad_top + position / size, iw = at.ow - g.pad_left + position % size;
      v[position] = packed_row(position, i);
      if (!input_.inside(ih, iw)) {
        x[position] = kZeros;
      } else if (!g.scaled) {
        x[position] = input_.x + ((at.image * g.h + ih) * g.w + iw) * g.pixel_stride + c;
      } else {
        float* const pixel = pixels_ + position * shape_.chunk_depth;
        input_.load(pixel, at.image, ih, iw, c, depth);
        x[position] = pixel;
      }
    }
    kernels_.winograd_input(static_cast<int>(shape_.m), v, x, depth);
  }

  void multiply(int64_t position, int64_t c, int depth) const {
    const int64_t parts = ceil_div(tiles_, kernels_.mr);
    GemmTile tile = {};
    tile.cols = kernels_.nr;
    tile.depth = depth;
    tile.ldc = tile.ld_addend = shape_.task_panels * kernels_.nr;
    for (int64_t panel = panel_; panel < panel_end_; ++panel) {
      tile.b = weights_ + position * shape_.position_floats() + panel * shape_.panel_floats + c * kernels_.nr;
      float* const products = products_ + position * product_stride_ + (panel - panel_) * kernels_.nr;
      // Parts of equal height: a last one of few rows would be slow.
      for (int64_t part = 0; part < parts; ++part) {
        const int64_t row = tiles_ * part / parts, end = tiles_ * (part + 1) / parts;
        tile.rows = static_cast<int>(end - row);
        tile.a = packed_row(position, row);
        tile.c = products + row * tile.ldc;
        tile.addend = c > 0 ? tile.c : nullptr;
        kernels_.gemm_tile(&tile);
      }
    }
  }

  void transform_output(int64_t i) const {
    const ConvGeometry& g = op_.geometry;
    const Place at = place(i);
    const int64_t pixel = (at.image * g.oh + at.oh) * g.ow + at.ow;
    const int64_t o = panel_ * kernels_.nr;
    WinogradOutput tile = {};
    tile.m = static_cast<int>(shape_.m);
    tile.rows = static_cast<int>(smaller(shape_.m, g.oh - at.oh));
    tile.cols = static_cast<int>(smaller(shape_.m, g.ow - at.ow));
    tile.channels = smaller(g.o, panel_end_ * kernels_.nr) - o;
    tile.products = products_ + i * shape_.task_panels * kernels_.nr;
    tile.stride = product_stride_;
    tile.y = context_.data<float>(op_.step.y) + pixel * op_.y_stride + o;
    tile.y_row = g.ow * op_.y_stride;
    tile.y_pixel = op_.y_stride;
    tile.scale = ConvOp::operand(context_, op_.step.post_scale, o);
    tile.bias = ConvOp::operand(context_, op_.step.bias, o);
    tile.residual = ConvOp::operand(context_, op_.step.residual, pixel * op_.residual_stride + o);
    tile.residual_row = g.ow * op_.residual_stride;
    tile.residual_pixel = op_.residual_stride;
    tile.low = op_.epilogue.low;
    tile.high = op_.epilogue.high;
    kernels_.winograd_output(&tile);
    if (!op_.epilogue.has_rest) return;
    for (int row = 0; row < tile.rows; ++row) {
      for (int col = 0; col < tile.cols; ++col) {
        op_.epilogue.apply_rest(kernels_, tile.y + row * tile.y_row + col * tile.y_pixel, tile.channels);
      }
    }
  }

  const WinogradConv& op_;
  const WinogradShape& shape_;
  const RunContext& context_;
  const KernelTable& kernels_;
  const ConvInput& input_;
  const float* const weights_;
  const int64_t tile_, tiles_;
  const int64_t panel_, panel_end_;
  float* const inputs_;
  float* const products_;
  const int64_t product_stride_;
  float* const pixels_;
};

void WinogradConv::expand(const KernelTable& kernels, const float* packed_weights, int64_t task,
                          float* target) const {
  const int64_t tasks = panel_filter_tasks(), panel = task / tasks, c = task % tasks * kTaskFilters;
  kernels.winograd_weights(static_cast<int>(shape.m), target + panel * shape.panel_floats + c * kernels.nr,
                           shape.position_floats(), packed_weights + panel * panels.floats + c * kernels.nr,
                           geometry.c * kernels.nr, smaller(kTaskFilters, geometry.c - c) * kernels.nr);
}

Status WinogradConv::run(const RunContext& context) const {
  const ConvInput input = this->input(context);
  const float* const transformed = expanded(context);
  context.pool.parallel_for(shape.blocks * shape.panel_tasks, [&](int64_t i, int thread) {
    Task(*this, context, input, transformed, thread, i / shape.panel_tasks, i % shape.panel_tasks).run();
  });
  return Status::OK;
}

}  // namespace

Status make_winograd_conv(PrepareContext& context, const ConvGeometry& geometry, int64_t m,
                          std::unique_ptr<ConvOp>* conv) {
  auto op = std::unique_ptr<WinogradConv>(new (std::nothrow) WinogradConv);
  if (op == nullptr) return Status::OK;
  if (!make_winograd_shape(context.kernels, context.threads, geometry, m, &op->shape) ||
      !op->set_panels(context.kernels, geometry, op->shape.weight_floats(), op->shape.tiles)) {
    return context.fail("its sizes overflow");
  }
  const int64_t scratch = op->shape.scratch_floats(context.kernels.nr, geometry.scaled);
  context.need_per_thread(static_cast<uint64_t>(scratch) * sizeof(float));
  *conv = std::move(op);
  return Status::OK;
}

}  // namespace spinexr
