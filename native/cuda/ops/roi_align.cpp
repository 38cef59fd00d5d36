// roi_align and multi_level_roi_align. Maps and y are all f32 or all f16; regions, scales and sums are f32.
#include "cuda/kernels/roi_align.h"

#include "op.h"
#include "plan/enums.h"

namespace spinexr::cuda {
namespace {

RoiMap shape_of(const Tensor& map) { return {nullptr, map.h(), map.w(), map.pixel_stride}; }

// What both steps share: y, and the type.
RoiAlignTask task_of(const PrepareContext& context, int32_t y) {
  const Tensor& target = context.tensor(y);
  RoiAlignTask task{};
  task.regions = target.n();
  task.channels = target.c();
  task.y_stride = target.pixel_stride;
  task.options.out_height = target.h();
  task.options.out_width = target.w();
  task.half = context.is_half(y);
  task.step = static_cast<int32_t>(context.step_index());
  return task;
}

}  // namespace

Status prepare_roi_align(PrepareContext& context, const step::roi_align& step, OpPointer* op) {
  RoiAlignTask task = task_of(context, step.y);
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  const Tensor& x = context.tensor(step.x);
  task.maps[0] = shape_of(x);
  task.levels = 1;
  task.images = x.n();
  task.options.sampling_ratio = step.sampling_ratio;
  task.options.spatial_scale = step.spatial_scale;
  task.options.aligned = step.aligned != 0;
  task.options.maximum = step.mode == static_cast<int32_t>(RoiAlignMode::kMax);
  *op = make_op([step, task](const RunContext& run) {
    RoiAlignTask now = task;
    now.maps[0].data = run.data<void>(step.x);
    now.batch = run.data<int32_t>(step.batch);
    now.rois = run.data<float>(step.rois);
    now.y = run.data<void>(step.y);
    now.error = run.error;
    return enqueue_roi_align(run.stream, now);
  });
  return Status::OK;
}

Status prepare_multi_level_roi_align(PrepareContext& context, const step::multi_level_roi_align& step,
                                     OpPointer* op) {
  RoiAlignTask task = task_of(context, step.y);
  if (context.tensor(step.y).elements == 0) {
    *op = no_op();
    return Status::OK;
  }
  for (const int32_t number :
       {step.map0, step.map1, step.map2, step.map3, step.map4, step.map5, step.map6, step.map7}) {
    if (number < 0) break;
    task.maps[task.levels++] = shape_of(context.tensor(number));
  }
  task.images = 1;
  task.pyramid = {step.lowest_level, step.lowest_level + task.levels - 1, step.canonical_size,
                  step.canonical_level};
  task.options.sampling_ratio = step.sampling_ratio;
  task.options.aligned = step.aligned != 0;
  *op = make_op([step, task](const RunContext& run) {
    RoiAlignTask now = task;
    const int32_t numbers[kMostRoiMaps] = {step.map0, step.map1, step.map2, step.map3,
                                           step.map4, step.map5, step.map6, step.map7};
    for (int32_t l = 0; l < now.levels; ++l) now.maps[l].data = run.data<void>(numbers[l]);
    now.scales = run.data<float>(step.scales);
    now.rois = run.data<float>(step.boxes);
    now.y = run.data<void>(step.y);
    now.error = run.error;
    return enqueue_roi_align(run.stream, now);
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
