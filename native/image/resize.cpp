#include "resize.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <new>

namespace spinexr::image {
namespace {

constexpr int kPrecisionBits = 22;
constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

// Taps of every output pixel along one axis.
struct Filter {
  int32_t stride = 0;  // weights per output
  std::unique_ptr<int32_t[]> first, count, weights;
};

bool make_filter(int32_t size, int32_t target_size, Filter* filter) {
  const double scale = static_cast<double>(size) / target_size;
  const double support = scale < 1.0 ? 1.0 : scale;
  const double inverse = 1.0 / support;
  filter->stride = static_cast<int32_t>(std::ceil(support)) * 2 + 1;
  const size_t outputs = static_cast<size_t>(target_size);
  const size_t stride = static_cast<size_t>(filter->stride);
  filter->first.reset(new (std::nothrow) int32_t[outputs]);
  filter->count.reset(new (std::nothrow) int32_t[outputs]);
  filter->weights.reset(new (std::nothrow) int32_t[outputs * stride]);
  std::unique_ptr<double[]> exact(new (std::nothrow) double[stride]);
  if (!filter->first || !filter->count || !filter->weights || !exact) return false;
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
    filter->first[i] = begin;
    filter->count[i] = end - begin;
    int32_t* weights = filter->weights.get() + static_cast<size_t>(i) * stride;
    for (int32_t k = 0; k < end - begin; k++) {
      const double weight = sum != 0.0 ? exact[k] / sum : exact[k];
      weights[k] = static_cast<int32_t>(0.5 + weight * (1 << kPrecisionBits));
    }
  }
  return true;
}

uint8_t clip(int32_t sum) {
  const int32_t value = sum >> kPrecisionBits;
  return static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

void resize_rows(const uint8_t* source, int32_t height, int32_t width, const Filter& filter, uint8_t* target,
                 int32_t target_width) {
  for (int32_t y = 0; y < height; y++) {
    const uint8_t* row = source + static_cast<size_t>(y) * width;
    uint8_t* out = target + static_cast<size_t>(y) * target_width;
    for (int32_t x = 0; x < target_width; x++) {
      const int32_t* weights = filter.weights.get() + static_cast<size_t>(x) * filter.stride;
      const uint8_t* taps = row + filter.first[x];
      int32_t sum = kHalf;
      for (int32_t k = 0; k < filter.count[x]; k++) sum += taps[k] * weights[k];
      out[x] = clip(sum);
    }
  }
}

// Row by row rather than column by column, so that memory is read in order.
bool resize_columns(const uint8_t* source, int32_t width, const Filter& filter, uint8_t* target,
                    int32_t target_height) {
  std::unique_ptr<int32_t[]> sums(new (std::nothrow) int32_t[static_cast<size_t>(width)]);
  if (sums == nullptr) return false;
  for (int32_t y = 0; y < target_height; y++) {
    for (int32_t x = 0; x < width; x++) sums[x] = kHalf;
    for (int32_t k = 0; k < filter.count[y]; k++) {
      const uint8_t* row = source + static_cast<size_t>(filter.first[y] + k) * width;
      const int32_t weight = filter.weights[static_cast<size_t>(y) * filter.stride + k];
      for (int32_t x = 0; x < width; x++) sums[x] += row[x] * weight;
    }
    uint8_t* out = target + static_cast<size_t>(y) * width;
    for (int32_t x = 0; x < width; x++) out[x] = clip(sums[x]);
  }
  return true;
}

}  // namespace

bool resize_bilinear(const uint8_t* source, int32_t height, int32_t width, uint8_t* target,
                     int32_t target_height, int32_t target_width) {
  if (height == target_height && width == target_width) {
    std::memcpy(target, source, static_cast<size_t>(height) * width);
    return true;
  }
  Filter filter;
  if (height == target_height) {
    if (!make_filter(width, target_width, &filter)) return false;
    resize_rows(source, height, width, filter, target, target_width);
    return true;
  }
  std::unique_ptr<uint8_t[]> between;
  const uint8_t* rows = source;
  if (width != target_width) {
    between.reset(new (std::nothrow) uint8_t[static_cast<size_t>(height) * target_width]);
    if (between == nullptr || !make_filter(width, target_width, &filter)) return false;
    resize_rows(source, height, width, filter, between.get(), target_width);
    rows = between.get();
  }
  return make_filter(height, target_height, &filter) &&
         resize_columns(rows, target_width, filter, target, target_height);
}

}  // namespace spinexr::image
