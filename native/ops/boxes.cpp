// Steps that make or change boxes (anchors, decode_boxes, clip_boxes) over the pure functions of detection/.

#include "detection/anchors.h"
#include "detection/box_codec.h"
#include "geometry.h"
#include "op.h"

namespace spinexr {

Status prepare_anchors(PrepareContext& context, const step::anchors& step, OpPointer* op) {
  const int64_t count = context.tensor(step.shapes).elements / 2;
  SPX_TRY(context.expect_dense(step.shapes, "shapes", DType::kF32, count * 2));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, product({step.height, step.width, count, 4})));
  *op = make_op([step, count](const RunContext& run) {
    const AnchorGrid grid{step.height, step.width, step.stride, step.offset};
    make_anchors(grid, run.data<float>(step.shapes), count, run.data<float>(step.y));
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_decode_boxes(PrepareContext& context, const step::decode_boxes& step, OpPointer* op) {
  const int64_t deltas = product({step.n, step.groups, 4});
  SPX_TRY(context.expect_dense(step.boxes, "boxes", DType::kF32, product({step.n, 4})));
  SPX_TRY(context.expect_dense(step.deltas, "deltas", DType::kF32, deltas));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, deltas));
  *op = make_op([step](const RunContext& run) {
    const float weights[4] = {step.weight_x, step.weight_y, step.weight_w, step.weight_h};
    decode_boxes(run.data<float>(step.boxes), run.data<float>(step.deltas), step.n, step.groups, weights,
                 step.scale_clamp, run.data<float>(step.y));
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_clip_boxes(PrepareContext& context, const step::clip_boxes& step, OpPointer* op) {
  SPX_TRY(context.expect_dense(step.boxes, "boxes", DType::kF32, product({step.n, 4})));
  SPX_TRY(context.expect_dense(step.size, "size", DType::kF32, 2));
  SPX_TRY(context.expect_dense(step.y, "y", DType::kF32, product({step.n, 4})));
  *op = make_op([step](const RunContext& run) {
    const float* const size = run.data<float>(step.size);
    clip_boxes(run.data<float>(step.boxes), step.n, size[1], size[0], run.data<float>(step.y));
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
