// anchors, decode_boxes and clip_boxes: boxes stay in f32 whatever the precision of the network.
#include "cuda/kernels/boxes.h"

#include "op.h"

namespace spinexr::cuda {

Status prepare_anchors(PrepareContext& context, const step::anchors& step, OpPointer* op) {
  const int64_t count = context.tensor(step.shapes).elements / 2;
  *op = make_op([step, count](const RunContext& run) {
    const AnchorGrid grid{step.height, step.width, step.stride, step.offset};
    return enqueue_anchors(run.stream, grid, run.data<float>(step.shapes), count, run.data<float>(step.y));
  });
  return Status::OK;
}

Status prepare_decode_boxes(PrepareContext&, const step::decode_boxes& step, OpPointer* op) {
  *op = make_op([step](const RunContext& run) {
    const BoxDecoding decoding{{step.weight_x, step.weight_y, step.weight_w, step.weight_h},
                               step.scale_clamp};
    return enqueue_decode_boxes(run.stream, decoding, run.data<float>(step.boxes),
                                run.data<float>(step.deltas), step.n, step.groups, run.data<float>(step.y));
  });
  return Status::OK;
}

Status prepare_clip_boxes(PrepareContext&, const step::clip_boxes& step, OpPointer* op) {
  *op = make_op([step](const RunContext& run) {
    return enqueue_clip_boxes(run.stream, run.data<float>(step.boxes), run.data<float>(step.size), step.n,
                              run.data<float>(step.y));
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
