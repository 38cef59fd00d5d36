#include "box_codec.h"

namespace spinexr {
namespace {

float log32(float x) { return static_cast<float>(portable_log(x)); }

}  // namespace

void decode_boxes(const float* boxes, const float* deltas, int64_t n, int64_t groups, const float* weights,
                  float scale_clamp, float* decoded) {
  for (int64_t i = 0; i < n; ++i) {
    const Box box = read_box(boxes + i * 4);
    for (int64_t g = 0; g < groups; ++g, deltas += 4, decoded += 4)
      write_box(decode_box(box, deltas, weights, scale_clamp), decoded);
  }
}

void encode_boxes(const float* boxes, const float* targets, int64_t n, const float* weights, float* deltas) {
  for (int64_t i = 0; i < n; ++i, deltas += 4) {
    const Box box = read_box(boxes + i * 4), target = read_box(targets + i * 4);
    deltas[0] = weights[0] * (centre_x(target) - centre_x(box)) / box.width();
    deltas[1] = weights[1] * (centre_y(target) - centre_y(box)) / box.height();
    deltas[2] = weights[2] * log32(target.width() / box.width());
    deltas[3] = weights[3] * log32(target.height() / box.height());
  }
}

void clip_boxes(const float* boxes, int64_t n, float width, float height, float* clipped) {
  for (int64_t i = 0; i < n; ++i)
    write_box(clip_box(read_box(boxes + i * 4), width, height), clipped + i * 4);
}

int64_t boxes_above(const float* boxes, int64_t n, float min_side, int32_t* kept) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    const Box box = read_box(boxes + i * 4);
    if (box.width() > min_side && box.height() > min_side) kept[count++] = static_cast<int32_t>(i);
  }
  return count;
}

}  // namespace spinexr
