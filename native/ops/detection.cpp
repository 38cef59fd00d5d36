// roi_align and nms steps over the pure functions of detection/.
#include <string.h>

#include "detection/nms.h"
#include "detection/roi_align.h"
#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

struct RoiAlign {
  step::roi_align s;
  Tensor x, y;

  Status run(const RunContext& run) const {
    const float* const maps = run.data<float>(s.x);
    const float* const rois = run.data<float>(s.rois);
    const int32_t* const batch = run.data<int32_t>(s.batch);
    float* const target = run.data<float>(s.y);
    const int64_t regions = y.n(), pixels = y.h() * y.w();
    for (int64_t r = 0; r < regions; ++r) {
      if (batch[r] >= 0 && batch[r] < x.n()) continue;
      return fail(Status::INDEX_OUT_OF_RANGE, "roi_align: expected batch indices in 0 .. %lld, found %d",
                  static_cast<long long>(x.n()) - 1, batch[r]);
    }
    const RoiAlignOptions options{
        y.h(),           y.w(),          s.sampling_ratio,
        s.spatial_scale, s.aligned != 0, s.mode == static_cast<int32_t>(RoiAlignMode::kMax)};
    run.pool.parallel_for(regions, [&](int64_t r, int) {
      const FeatureMap map{maps + batch[r] * x.h() * x.w() * x.pixel_stride, x.h(), x.w(), x.c(),
                           x.pixel_stride};
      roi_align(map, rois + r * 4, options, target + r * pixels * y.pixel_stride, y.pixel_stride);
    });
    return Status::OK;
  }
};

struct Nms {
  step::nms s;
  int64_t capacity;  // rows of selected

  void run(const RunContext& run) const {
    const float* const boxes = run.data<float>(s.boxes);
    const float* const scores = run.data<float>(s.scores);
    int32_t* const selected = run.data<int32_t>(s.selected);
    const int64_t n = s.n;
    NmsCandidate* const candidates = reinterpret_cast<NmsCandidate*>(run.shared_scratch);
    int32_t* const order = reinterpret_cast<int32_t*>(candidates + n);
    int32_t* const kept = order + n;
    const NmsOptions options{s.max_per_class, s.iou_threshold, s.score_threshold,
                             s.center_point_box != 0 ? BoxFormat::kCentre : BoxFormat::kFlippedPairs};
    int64_t rows = 0;
    for (int64_t i = 0; n > 0 && i < int64_t{s.batch} * s.classes; ++i) {
      const int64_t image = i / s.classes;
      const int64_t count =
          nms(boxes + image * n * 4, scores + i * n, nullptr, n, options, order, candidates, kept);
      for (int64_t j = 0; j < count; ++j, ++rows) {
        selected[rows * 3] = static_cast<int32_t>(image);
        selected[rows * 3 + 1] = static_cast<int32_t>(i % s.classes);
        selected[rows * 3 + 2] = kept[j];
      }
    }
    // Rows past the count are -1: the same in each run.
    for (int64_t i = rows * 3; i < capacity * 3; ++i) selected[i] = -1;
    *run.data<int32_t>(s.count) = static_cast<int32_t>(rows);
  }
};

}  // namespace

Status prepare_roi_align(PrepareContext& context, const step::roi_align& step, OpPointer* op) {
  SPX_TRY(context.expect_map(step.x, "x"));
  SPX_TRY(context.expect_map(step.y, "y"));
  SPX_TRY(context.expect_range("mode", step.mode, 0, static_cast<int>(RoiAlignMode::kCount) - 1));
  SPX_TRY(context.expect_range("sampling_ratio", step.sampling_ratio, 0, 1024));
  const RoiAlign roi_align{step, context.tensor(step.x), context.tensor(step.y)};
  if (roi_align.x.c() != roi_align.y.c()) return context.fail("expected x and y with one channel count");
  SPX_TRY(context.expect_dense(step.rois, "rois", DType::kF32, roi_align.y.n() * 4));
  SPX_TRY(context.expect_dense(step.batch, "batch", DType::kI32, roi_align.y.n()));
  const bool empty = roi_align.y.elements == 0;
  *op =
      make_op([roi_align, empty](const RunContext& run) { return empty ? Status::OK : roi_align.run(run); });
  return Status::OK;
}

Status prepare_nms(PrepareContext& context, const step::nms& step, OpPointer* op) {
  const int64_t n = step.n, classes = product({step.batch, step.classes});
  SPX_TRY(context.expect_dense(step.boxes, "boxes", DType::kF32, product({step.batch, n, 4})));
  SPX_TRY(context.expect_dense(step.scores, "scores", DType::kF32, product({step.batch, step.classes, n})));
  SPX_TRY(context.expect_dense(step.count, "count", DType::kI32, 1));
  SPX_TRY(context.expect_range("max_per_class", step.max_per_class, 0, INT32_MAX));
  const int64_t capacity = context.tensor(step.selected).elements / 3;
  SPX_TRY(context.expect_dense(step.selected, "selected", DType::kI32, capacity * 3));
  const int64_t most = product({classes, smaller(n, step.max_per_class)});
  if (most < 0 || most > capacity) {
    return context.fail("expected room for %lld selected boxes, found %lld", static_cast<long long>(most),
                        static_cast<long long>(capacity));
  }
  if (classes > 0) {
    context.need_shared(static_cast<uint64_t>(n) * (sizeof(NmsCandidate) + 2 * sizeof(int32_t)));
  }
  const Nms nms{step, capacity};
  *op = make_op([nms](const RunContext& run) {
    nms.run(run);
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
