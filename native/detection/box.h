// Boxes as corners, and how much two of them overlap. Everything in float32, in the order written here: all
// builds then give the same bits.
#ifndef SPINEXR_DETECTION_BOX_H_
#define SPINEXR_DETECTION_BOX_H_

#include <stdint.h>

#include "base/host_device.h"

namespace spinexr {

// As std::min and std::max, which are not for GPUs: of a NaN and a number the first comes.
SPX_HD inline float lesser(float a, float b) { return b < a ? b : a; }
SPX_HD inline float greater(float a, float b) { return a < b ? b : a; }

struct Box {
  float x0, y0, x1, y1;
  SPX_HD float width() const { return x1 - x0; }
  SPX_HD float height() const { return y1 - y0; }
  SPX_HD float area() const { return width() * height(); }
};

enum class BoxFormat {
  kCorners,       // x0, y0, x1, y1
  kFlippedPairs,  // y0, x0, y1, x1 with corners in any order (ONNX, center_point_box 0)
  kCentre,        // x centre, y centre, width, height (ONNX, center_point_box 1)
};

SPX_HD inline Box read_box(const float* b, BoxFormat format) {
  if (format == BoxFormat::kCorners) return {b[0], b[1], b[2], b[3]};
  if (format == BoxFormat::kCentre) {
    const float half_w = b[2] / 2, half_h = b[3] / 2;
    return {b[0] - half_w, b[1] - half_h, b[0] + half_w, b[1] + half_h};
  }
  return {lesser(b[1], b[3]), lesser(b[0], b[2]), greater(b[1], b[3]), greater(b[0], b[2])};
}

SPX_HD inline Box read_box(const float* b) { return read_box(b, BoxFormat::kCorners); }

SPX_HD inline void write_box(const Box& box, float* b) {
  b[0] = box.x0;
  b[1] = box.y0;
  b[2] = box.x1;
  b[3] = box.y1;
}

// Intersection over union, 0 .. 1. 0 where the boxes share no area, or one has a NaN or an infinite area.
// The areas are given because callers know them.
SPX_HD inline float iou(const Box& a, float area_a, const Box& b, float area_b) {
  const float width = lesser(a.x1, b.x1) - greater(a.x0, b.x0);
  if (!(width > 0)) return 0;
  const float height = lesser(a.y1, b.y1) - greater(a.y0, b.y0);
  if (!(height > 0)) return 0;
  const float intersection = width * height;
  const float both = area_a + area_b - intersection;
  return both > 0 ? intersection / both : 0;
}

// n x m matrix of overlaps, row i for boxes a[i]. a: n x 4, b: m x 4 corners.
inline void pairwise_iou(const float* a, int64_t n, const float* b, int64_t m, float* overlaps) {
  for (int64_t i = 0; i < n; ++i) {
    const Box box = read_box(a + i * 4);
    const float area = box.area();
    for (int64_t j = 0; j < m; ++j) {
      const Box other = read_box(b + j * 4);
      *overlaps++ = iou(box, area, other, other.area());
    }
  }
}

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_BOX_H_
