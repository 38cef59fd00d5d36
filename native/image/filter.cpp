#include "filter.h"

#include <cmath>
#include <new>

#include "kernels/kernel_table.h"

namespace spinexr::image {

bool Filter::assign(int32_t size, int32_t target_size) {
  const double scale = static_cast<double>(size) / target_size;
  const double support = scale < 1.0 ? 1.0 : scale;
  const double inverse = 1.0 / support;
  outputs = target_size;
  stride = static_cast<int32_t>(std::ceil(support)) * 2 + 1;
  const size_t total = static_cast<size_t>(outputs) * static_cast<size_t>(stride);
  first.reset(new (std::nothrow) int32_t[static_cast<size_t>(outputs)]);
  count.reset(new (std::nothrow) int32_t[static_cast<size_t>(outputs)]);
  weights.reset(new (std::nothrow) int32_t[total]);
  std::unique_ptr<double[]> exact(new (std::nothrow) double[static_cast<size_t>(stride)]);
  if (!first || !count || !weights || !exact) return false;
  for (int32_t i = 0; i < target_size; i++) {
    const double center = (i + 0.5) * scale;
    int32_t begin = static_cast<int32_t>(center - support + 0.5);
    int32_t end = static_cast<int32_t>(center + support + 0.5);
    begin = begin < 0 ? 0 : begin;
    end = end > size ? size : end;
    double sum = 0.0;
    for (int32_t x = begin; x < end; x++) {
      const double distance = std::fabs((x - center + 0.5) * inverse);
      exact[x - begin] = distance < 1.0 ? 1.0 - distance : 0.0;
      sum += exact[x - begin];
    }
    first[i] = begin;
    count[i] = end - begin;
    int32_t* fixed = weights.get() + static_cast<size_t>(i) * static_cast<size_t>(stride);
    for (int32_t k = 0; k < end - begin; k++) {
      const double weight = sum != 0.0 ? exact[k] / sum : exact[k];
      fixed[k] = static_cast<int32_t>(0.5 + weight * (1 << kWeightBits));
    }
  }
  return true;
}

}  // namespace spinexr::image
