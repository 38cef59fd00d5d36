#include "geometry.h"
#include "kernels/winograd_points.h"
#include "winograd.h"

namespace spinexr {
namespace {

constexpr double kA = winograd4::kA, kB = winograd4::kB;
constexpr double kA2 = kA * kA, kB2 = kB * kB;
constexpr double kZero = 1 / (kA2 * kB2), kAtA = 1 / (2 * kA2 * (kA2 - kB2)),
                 kAtB = 1 / (2 * kB2 * (kB2 - kA2));

constexpr double kG2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
constexpr double kG4[6][3] = {{kZero, 0, 0},
                              {kAtA, kAtA* kA, kAtA* kA2},
                              {kAtA, -kAtA* kA, kAtA* kA2},
                              {kAtB, kAtB* kB, kAtB* kB2},
                              {kAtB, -kAtB* kB, kAtB* kB2},
                              {0, 0, 1}};

// The 3 x 3 weights of `count` output channels, `stride` apart, for one input channel.
template <int kSize>
void transform(const double (&matrix)[kSize][3], const float* weight, int64_t stride, int64_t count,
               float* target, int64_t position_floats) {
  for (int64_t o = 0; o < count; ++o) {
    const float* const g = weight + o * stride;
    double rows[kSize][3];
    for (int i = 0; i < kSize; ++i) {
      for (int k = 0; k < 3; ++k)
        rows[i][k] = matrix[i][0] * g[k] + matrix[i][1] * g[3 + k] + matrix[i][2] * g[6 + k];
    }
    for (int i = 0; i < kSize; ++i) {
      for (int j = 0; j < kSize; ++j) {
        const double sum = rows[i][0] * matrix[j][0] + rows[i][1] * matrix[j][1] + rows[i][2] * matrix[j][2];
        target[(i * kSize + j) * position_floats + o] = static_cast<float>(sum);
      }
    }
  }
}

}  // namespace

void pack_winograd_weights(const float* weight, const ConvGeometry& g, const WinogradShape& shape, int nr,
                           float* target) {
  const int64_t position_floats = shape.panels * shape.panel_floats;
  for (int64_t panel = 0; panel < shape.panels; ++panel) {
    const int64_t first = panel * nr, count = smaller(nr, g.o - first);
    for (int64_t c = 0; c < g.c; ++c) {
      const float* const source = weight + (first * g.c + c) * 9;
      float* const columns = target + panel * shape.panel_floats + c * nr;
      if (shape.m == 2) {
        transform(kG2, source, g.c * 9, count, columns, position_floats);
      } else {
        transform(kG4, source, g.c * 9, count, columns, position_floats);
      }
    }
  }
}

}  // namespace spinexr
