#include <string.h>

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

// Weights of one position transformed together: positions lie megabytes apart, at strides that meet in few
// sets of the caches, so they are gathered here and written in runs.
constexpr int64_t kRun = 256;

// One 3 x 3 filter to position i * kSize + j at target[(i * kSize + j) * stride].
template <int kSize>
void transform(const double (&matrix)[kSize][3], const float* g, float* target, int64_t stride) {
  double rows[kSize][3];
  for (int i = 0; i < kSize; ++i) {
    for (int k = 0; k < 3; ++k)
      rows[i][k] = matrix[i][0] * g[k] + matrix[i][1] * g[3 + k] + matrix[i][2] * g[6 + k];
  }
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      const double sum = rows[i][0] * matrix[j][0] + rows[i][1] * matrix[j][1] + rows[i][2] * matrix[j][2];
      target[(i * kSize + j) * stride] = static_cast<float>(sum);
    }
  }
}

template <int kSize>
void pack(const double (&matrix)[kSize][3], const float* weight, const ConvGeometry& g,
          const WinogradShape& shape, int64_t nr, float* target) {
  float gathered[kSize * kSize * kRun];
  const int64_t block = kRun / nr;  // input channels
  const int64_t position_floats = shape.panels * shape.panel_floats;
  for (int64_t panel = 0; panel < shape.panels; ++panel) {
    const int64_t first = panel * nr, count = smaller(nr, g.o - first);
    if (count < nr) memset(gathered, 0, sizeof gathered);  // columns past the last
    for (int64_t c = 0; c < g.c; c += block) {
      const int64_t channels = smaller(block, g.c - c);
      for (int64_t o = 0; o < count; ++o) {
        const float* const filters = weight + ((first + o) * g.c + c) * 9;
        for (int64_t i = 0; i < channels; ++i)
          transform(matrix, filters + i * 9, gathered + i * nr + o, kRun);
      }
      float* const columns = target + panel * shape.panel_floats + c * nr;
      for (int64_t position = 0; position < kSize * kSize; ++position) {
        memcpy(columns + position * position_floats, gathered + position * kRun,
               static_cast<size_t>(channels * nr) * sizeof(float));
      }
    }
  }
}

}  // namespace

void pack_winograd_weights(const float* weight, const ConvGeometry& g, const WinogradShape& shape, int nr,
                           float* target) {
  if (shape.m == 2) {
    pack(kG2, weight, g, shape, nr, target);
  } else {
    pack(kG4, weight, g, shape, nr, target);
  }
}

}  // namespace spinexr
