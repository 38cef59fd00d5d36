// nms (many problems, rows of selected boxes) and class_aware_nms (one problem, classes apart).
#include "cuda/kernels/nms.h"

#include "op.h"

namespace spinexr::cuda {

Status prepare_nms(PrepareContext& context, const step::nms& step, OpPointer* op) {
  const NmsOptions options{step.max_per_class, step.iou_threshold, step.score_threshold,
                           step.center_point_box != 0 ? BoxFormat::kCentre : BoxFormat::kFlippedPairs};
  NmsTask task{};
  task.n = step.n;
  task.problems = int64_t{step.batch} * step.classes;
  task.problems_per_image = step.classes;
  task.options = options;
  task.room = step.max_per_class < step.n ? step.max_per_class : step.n;
  const int64_t capacity = context.tensor(step.selected).elements / 3;
  // Behind the scratch of the suppression: the counts, then what was kept.
  const uint64_t counts = nms_scratch(task), problems = static_cast<uint64_t>(task.problems);
  const uint64_t kept = counts + (problems * 4 + 255) / 256 * 256;
  context.need_scratch(kept + problems * static_cast<uint64_t>(task.room) * 4);
  *op = make_op([=](const RunContext& run) {
    NmsTask now = task;
    now.boxes = run.data<float>(step.boxes);
    now.scores = run.data<float>(step.scores);
    now.counts = reinterpret_cast<int32_t*>(run.scratch + counts);
    now.kept = reinterpret_cast<int32_t*>(run.scratch + kept);
    SPX_TRY(enqueue_nms(run.stream, now, run.scratch));
    return enqueue_nms_rows(run.stream,
                            {now.kept, now.counts, now.problems, now.problems_per_image, now.room,
                             run.data<int32_t>(step.selected), capacity, run.data<int32_t>(step.count)});
  });
  return Status::OK;
}

Status prepare_class_aware_nms(PrepareContext& context, const step::class_aware_nms& step, OpPointer* op) {
  NmsTask task{};
  task.n = step.n;
  task.problems = task.problems_per_image = 1;
  task.options = {step.max_kept, step.iou_threshold, step.score_threshold, BoxFormat::kCorners};
  task.room = step.max_kept;
  task.fill = true;
  context.need_scratch(nms_scratch(task));
  *op = make_op([step, task](const RunContext& run) {
    NmsTask now = task;
    now.boxes = run.data<float>(step.boxes);
    now.scores = run.data<float>(step.scores);
    now.classes = run.data<int32_t>(step.classes);
    now.kept = run.data<int32_t>(step.kept);
    now.kept_scores = run.data<float>(step.kept_scores);
    now.counts = run.data<int32_t>(step.count);
    return enqueue_nms(run.stream, now, run.scratch);
  });
  return Status::OK;
}

}  // namespace spinexr::cuda
