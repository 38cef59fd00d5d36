// Steps of regions (roi_align, multi_level_roi_align) and suppression (nms, class_aware_nms) over the pure
// functions of detection/.
#include <math.h>

#include "detection/nms.h"
#include "detection/pyramid.h"
#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

constexpr int32_t kMostLevels = 8;  // maps of the step

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

struct MultiLevelRoiAlign {
  step::multi_level_roi_align s;
  int32_t levels;
  int32_t numbers[kMostLevels];  // tensors of the maps
  FeatureMap shapes[kMostLevels];
  Tensor y;

  void run(const RunContext& run) const {
    const float* const boxes = run.data<float>(s.boxes);
    const float* const scales = run.data<float>(s.scales);
    float* const target = run.data<float>(s.y);
    PyramidMap maps[kMostLevels];
    for (int32_t l = 0; l < levels; ++l) {
      maps[l] = {shapes[l], scales[l]};
      maps[l].map.data = run.data<float>(numbers[l]);
    }
    const PyramidLevels pyramid{s.lowest_level, s.lowest_level + levels - 1, s.canonical_size,
                                s.canonical_level};
    const RoiAlignOptions options{y.h(), y.w(), s.sampling_ratio, 1, s.aligned != 0, false};
    const int64_t region = y.h() * y.w() * y.pixel_stride;
    run.pool.parallel_for(y.n(), [&](int64_t i, int) {
      int32_t level;
      assign_levels(boxes + i * 4, 1, pyramid, &level);
      roi_align_levels(maps, boxes + i * 4, &level, 1, options, target + i * region, y.pixel_stride);
    });
  }
};

struct NmsScratch {
  NmsCandidate* candidates;
  int32_t* order;

  static uint64_t bytes(int64_t n) {
    return static_cast<uint64_t>(n) * (sizeof(NmsCandidate) + sizeof(int32_t));
  }
  NmsScratch(uint8_t* memory, int64_t n)
      : candidates(reinterpret_cast<NmsCandidate*>(memory)),
        order(reinterpret_cast<int32_t*>(candidates + n)) {}
};

struct Nms {
  step::nms s;
  int64_t capacity;  // rows of selected

  void run(const RunContext& run) const {
    const float* const boxes = run.data<float>(s.boxes);
    const float* const scores = run.data<float>(s.scores);
    int32_t* const selected = run.data<int32_t>(s.selected);
    const int64_t n = s.n;
    const NmsScratch scratch(run.shared_scratch, n);
    int32_t* const kept = scratch.order + n;
    const NmsOptions options{s.max_per_class, s.iou_threshold, s.score_threshold,
                             s.center_point_box != 0 ? BoxFormat::kCentre : BoxFormat::kFlippedPairs};
    int64_t rows = 0;
    for (int64_t i = 0; n > 0 && i < int64_t{s.batch} * s.classes; ++i) {
      const int64_t image = i / s.classes;
      const int64_t count = nms(boxes + image * n * 4, scores + i * n, nullptr, n, options, scratch.order,
                                scratch.candidates, kept);
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

struct ClassAwareNms {
  step::class_aware_nms s;

  void run(const RunContext& run) const {
    const float* const scores = run.data<float>(s.scores);
    int32_t* const kept = run.data<int32_t>(s.kept);
    float* const kept_scores = run.data<float>(s.kept_scores);
    const NmsScratch scratch(run.shared_scratch, s.n);
    const NmsOptions options{s.max_kept, s.iou_threshold, s.score_threshold, BoxFormat::kCorners};
    const int64_t count = nms(run.data<float>(s.boxes), scores, run.data<int32_t>(s.classes), s.n, options,
                              scratch.order, scratch.candidates, kept);
    for (int64_t i = 0; i < s.max_kept; ++i) {
      if (i >= count) kept[i] = 0;
      kept_scores[i] = i < count ? scores[kept[i]] : -INFINITY;
    }
    *run.data<int32_t>(s.count) = static_cast<int32_t>(count);
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

Status prepare_multi_level_roi_align(PrepareContext& context, const step::multi_level_roi_align& step,
                                     OpPointer* op) {
  SPX_TRY(context.expect_map(step.y, "y"));
  SPX_TRY(context.expect_range("sampling_ratio", step.sampling_ratio, 0, 1024));
  SPX_TRY(context.expect_range("lowest_level", step.lowest_level, 0, 64));
  SPX_TRY(context.expect_range("canonical_level", step.canonical_level, 0, 64));
  MultiLevelRoiAlign align{step, 0, {}, {}, context.tensor(step.y)};
  for (const int32_t number :
       {step.map0, step.map1, step.map2, step.map3, step.map4, step.map5, step.map6, step.map7}) {
    if (number < 0) break;
    SPX_TRY(context.expect_map(number, "its maps"));
    const Tensor& map = context.tensor(number);
    if (map.n() != 1 || map.c() != align.y.c()) {
      return context.fail("expected maps of one picture with %lld channels, found %lld of %lld",
                          static_cast<long long>(align.y.c()), static_cast<long long>(map.n()),
                          static_cast<long long>(map.c()));
    }
    align.shapes[align.levels] = {nullptr, map.h(), map.w(), map.c(), map.pixel_stride};
    align.numbers[align.levels++] = number;
  }
  SPX_TRY(context.expect_dense(step.boxes, "boxes", DType::kF32, align.y.n() * 4));
  SPX_TRY(context.expect_dense(step.scales, "scales", DType::kF32, align.levels));
  const bool empty = align.y.elements == 0;
  *op = make_op([align, empty](const RunContext& run) {
    if (!empty) align.run(run);
    return Status::OK;
  });
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
  if (classes > 0) context.need_shared(NmsScratch::bytes(n) + static_cast<uint64_t>(n) * sizeof(int32_t));
  const Nms nms{step, capacity};
  *op = make_op([nms](const RunContext& run) {
    nms.run(run);
    return Status::OK;
  });
  return Status::OK;
}

Status prepare_class_aware_nms(PrepareContext& context, const step::class_aware_nms& step, OpPointer* op) {
  SPX_TRY(context.expect_range("n", step.n, 0, INT32_MAX));
  SPX_TRY(context.expect_range("max_kept", step.max_kept, 0, step.n));
  SPX_TRY(context.expect_dense(step.boxes, "boxes", DType::kF32, int64_t{step.n} * 4));
  SPX_TRY(context.expect_dense(step.scores, "scores", DType::kF32, step.n));
  SPX_TRY(context.expect_dense(step.classes, "classes", DType::kI32, step.n));
  SPX_TRY(context.expect_dense(step.kept, "kept", DType::kI32, step.max_kept));
  SPX_TRY(context.expect_dense(step.kept_scores, "kept_scores", DType::kF32, step.max_kept));
  SPX_TRY(context.expect_dense(step.count, "count", DType::kI32, 1));
  context.need_shared(NmsScratch::bytes(step.n));
  const ClassAwareNms nms{step};
  *op = make_op([nms](const RunContext& run) {
    nms.run(run);
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
