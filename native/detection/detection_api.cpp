// spx_boxes_* of engine.h: checks what came from outside, then calls the plain functions of this folder.
#include <math.h>

#include "anchors.h"
#include "base/aligned_buffer.h"
#include "base/status.h"
#include "box.h"
#include "box_codec.h"
#include "engine.h"
#include "nms.h"
#include "pyramid.h"
#include "soft_nms.h"
#include "top_k.h"

namespace {

using spinexr::Status;

// Keeps every product of counts and sizes inside 64 (and on wasm 32) bits.
constexpr int32_t kMostBoxes = 1 << 24;
constexpr int32_t kMostSide = 1 << 16;
constexpr int32_t kMostLevels = 16;
constexpr int64_t kMostElements = int64_t{1} << 29;

int32_t number(Status status) { return static_cast<int32_t>(status); }

int32_t invalid(const char* function, const char* expected) {
  return number(spinexr::fail(Status::INVALID_ARGUMENT, "%s: expected %s", function, expected));
}

bool is_count(int32_t n) { return n >= 0 && n <= kMostBoxes; }
bool is_side(int32_t n) { return n >= 1 && n <= kMostSide; }
bool fits(int64_t a, int64_t b) { return b == 0 || a <= kMostElements / b; }

bool are_weights(const float* weights) {
  for (int i = 0; i < 4; ++i) {
    if (!isfinite(weights[i]) || weights[i] == 0) return false;
  }
  return true;
}

}  // namespace

int32_t spx_boxes_iou(const float* a, int32_t n, const float* b, int32_t m, float* iou) {
  if (!is_count(n) || !is_count(m) || !fits(n, m)) return invalid("iou", "at most 2^29 pairs of boxes");
  spinexr::pairwise_iou(a, n, b, m, iou);
  return 0;
}

int32_t spx_boxes_anchors(const double* sizes, int32_t size_count, const double* ratios, int32_t ratio_count,
                          double stride, double offset, int32_t height, int32_t width, float* anchors) {
  if (!is_side(size_count) || !is_side(ratio_count) || !is_side(height) || !is_side(width) ||
      !fits(int64_t{size_count} * ratio_count, int64_t{height} * width * 4)) {
    return invalid("anchors", "sizes, ratios and sides of 1 to 65536 and at most 2^27 boxes");
  }
  const int64_t count = int64_t{size_count} * ratio_count;
  spinexr::AlignedBuffer scratch;
  if (const Status status =
          scratch.allocate(sizeof(float) * 2 * static_cast<uint64_t>(count), "the scratch of anchors");
      status != Status::OK) {
    return number(status);
  }
  float* const shapes = reinterpret_cast<float*>(scratch.data());
  spinexr::anchor_shapes(sizes, size_count, ratios, ratio_count, shapes);
  spinexr::make_anchors({height, width, stride, offset}, shapes, count, anchors);
  return 0;
}

int32_t spx_boxes_decode(const float* boxes, const float* deltas, int32_t n, int32_t groups,
                         const float* weights, float scale_clamp, float* decoded) {
  if (!is_count(n) || !is_side(groups) || !fits(n, int64_t{groups} * 4) || !are_weights(weights)) {
    return invalid("decode", "at most 2^29 deltas and four finite weights other than 0");
  }
  spinexr::decode_boxes(boxes, deltas, n, groups, weights, scale_clamp, decoded);
  return 0;
}

int32_t spx_boxes_encode(const float* boxes, const float* targets, int32_t n, const float* weights,
                         float* deltas) {
  if (!is_count(n) || !are_weights(weights)) {
    return invalid("encode", "at most 2^24 boxes and four finite weights other than 0");
  }
  spinexr::encode_boxes(boxes, targets, n, weights, deltas);
  return 0;
}

int32_t spx_boxes_clip(const float* boxes, int32_t n, float height, float width, float min_side,
                       float* clipped, int32_t* kept, int32_t* count) {
  if (!is_count(n) || !(height >= 0) || !(width >= 0)) {
    return invalid("clip", "at most 2^24 boxes and a picture without negative sides");
  }
  spinexr::clip_boxes(boxes, n, width, height, clipped);
  *count = static_cast<int32_t>(spinexr::boxes_above(clipped, n, min_side, kept));
  return 0;
}

int32_t spx_boxes_top_k(const float* scores, int32_t n, int32_t k, float score_threshold, int32_t* kept,
                        int32_t* count) {
  if (n < 0 || n > kMostElements || k < 0) return invalid("top_k", "at most 2^29 scores and k of at least 0");
  const uint64_t room = static_cast<uint64_t>(spinexr::LowestRanks::room(n, k));
  spinexr::AlignedBuffer scratch;
  if (const Status status = scratch.allocate(room * sizeof(uint64_t), "the scratch of top_k");
      status != Status::OK) {
    return number(status);
  }
  *count = static_cast<int32_t>(
      spinexr::top_k(scores, n, k, score_threshold, reinterpret_cast<uint64_t*>(scratch.data()), kept));
  return 0;
}

int32_t spx_boxes_nms(const float* boxes, const float* scores, const int32_t* classes, int32_t n,
                      double iou_threshold, float score_threshold, int32_t max_selected, int32_t* kept,
                      int32_t* count) {
  if (!is_count(n) || max_selected < 0) return invalid("nms", "at most 2^24 boxes and no negative limit");
  const uint64_t candidate_bytes = uint64_t{sizeof(spinexr::NmsCandidate)} * static_cast<uint64_t>(n);
  spinexr::AlignedBuffer scratch;
  if (const Status status = scratch.allocate(candidate_bytes + sizeof(int32_t) * static_cast<uint64_t>(n),
                                             "the scratch of nms");
      status != Status::OK) {
    return number(status);
  }
  const spinexr::NmsOptions options{max_selected, iou_threshold, score_threshold,
                                    spinexr::BoxFormat::kCorners};
  *count = static_cast<int32_t>(spinexr::nms(boxes, scores, classes, n, options,
                                             reinterpret_cast<int32_t*>(scratch.data() + candidate_bytes),
                                             reinterpret_cast<spinexr::NmsCandidate*>(scratch.data()), kept));
  return 0;
}

int32_t spx_boxes_soft_nms(const float* boxes, const float* scores, const int32_t* classes, int32_t n,
                           int32_t gaussian, double iou_threshold, float sigma, float score_threshold,
                           int32_t* kept, float* kept_scores, int32_t* count) {
  if (!is_count(n) || !(sigma > 0)) return invalid("soft_nms", "at most 2^24 boxes and a positive sigma");
  spinexr::AlignedBuffer scratch;
  if (const Status status = scratch.allocate(
          uint64_t{sizeof(spinexr::SoftNmsCandidate)} * static_cast<uint64_t>(n), "the scratch of soft_nms");
      status != Status::OK) {
    return number(status);
  }
  const spinexr::SoftNmsOptions options{gaussian != 0, iou_threshold, sigma, score_threshold};
  *count = static_cast<int32_t>(
      spinexr::soft_nms(boxes, scores, classes, n, options,
                        reinterpret_cast<spinexr::SoftNmsCandidate*>(scratch.data()), kept, kept_scores));
  return 0;
}

int32_t spx_boxes_assign_levels(const float* boxes, int32_t n, int32_t lowest, int32_t highest,
                                float canonical_size, int32_t canonical_level, int32_t* levels) {
  if (!is_count(n) || lowest < 0 || highest < lowest || highest > 64 || canonical_level < 0 ||
      canonical_level > 64 || !(canonical_size > 0)) {
    return invalid("assign_levels", "levels from 0 to 64, ascending, and a positive canonical size");
  }
  spinexr::assign_levels(boxes, n, {lowest, highest, canonical_size, canonical_level}, levels);
  return 0;
}

int32_t spx_boxes_roi_align(const float* features, const int32_t* sides, const float* scales,
                            int32_t level_count, int32_t channels, const float* boxes, const int32_t* levels,
                            int32_t n, int32_t out_height, int32_t out_width, int32_t sampling_ratio,
                            int32_t aligned, float* pooled) {
  if (level_count < 1 || level_count > kMostLevels || !is_side(channels) || !is_count(n) ||
      !is_side(out_height) || !is_side(out_width) || sampling_ratio < 0 || sampling_ratio > 1024 ||
      !fits(int64_t{out_height} * out_width, int64_t{channels} * n)) {
    return invalid("roi_align", "1 to 16 maps, 0 to 1024 samples and at most 2^29 results");
  }
  if (levels == nullptr && level_count != 1)
    return invalid("roi_align", "levels, since there are several maps");
  for (int32_t i = 0; levels != nullptr && i < n; ++i) {
    if (levels[i] < 0 || levels[i] >= level_count) return invalid("roi_align", "the numbers of its maps");
  }
  spinexr::PyramidMap maps[kMostLevels];
  for (int32_t l = 0; l < level_count; ++l) {
    const int64_t height = sides[l * 2], width = sides[l * 2 + 1];
    if (!is_side(sides[l * 2]) || !is_side(sides[l * 2 + 1]) || !fits(height * width, channels)) {
      return invalid("roi_align", "maps of 1 to 65536 pixels a side and at most 2^29 elements");
    }
    maps[l] = {{features, height, width, channels, channels}, scales[l]};
    features += height * width * channels;
  }
  const spinexr::RoiAlignOptions options{out_height, out_width, sampling_ratio, 1, aligned != 0, false};
  spinexr::roi_align_levels(maps, boxes, levels, n, options, pooled, channels);
  return 0;
}
