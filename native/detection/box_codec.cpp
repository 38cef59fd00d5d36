#include "box_codec.h"

#include "box.h"
#include "portable_math.h"

namespace spinexr {
namespace {

float exp32(float x) { return static_cast<float>(portable_exp(x)); }
float log32(float x) { return static_cast<float>(portable_log(x)); }

float centre_x(const Box& box) { return box.x0 + 0.5f * box.width(); }
float centre_y(const Box& box) { return box.y0 + 0.5f * box.height(); }

// Both let a NaN pass.
float at_most(float x, float high) { return x > high ? high : x; }
float between(float x, float high) { return x < 0 ? 0 : at_most(x, high); }

}  // namespace

void decode_boxes(const float* boxes, const float* deltas, int64_t n, int64_t groups, const float* weights,
                  float scale_clamp, float* decoded) {
  for (int64_t i = 0; i < n; ++i) {
    const Box box = read_box(boxes + i * 4);
    const float width = box.width(), height = box.height();
    const float x = centre_x(box), y = centre_y(box);
    for (int64_t g = 0; g < groups; ++g, deltas += 4, decoded += 4) {
      const float cx = deltas[0] / weights[0] * width + x;
      const float cy = deltas[1] / weights[1] * height + y;
      const float half_w = 0.5f * (exp32(at_most(deltas[2] / weights[2], scale_clamp)) * width);
      const float half_h = 0.5f * (exp32(at_most(deltas[3] / weights[3], scale_clamp)) * height);
      write_box({cx - half_w, cy - half_h, cx + half_w, cy + half_h}, decoded);
    }
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
  for (int64_t i = 0; i < n; ++i) {
    const Box box = read_box(boxes + i * 4);
    write_box(
        {between(box.x0, width), between(box.y0, height), between(box.x1, width), between(box.y1, height)},
        clipped + i * 4);
  }
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
