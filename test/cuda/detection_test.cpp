// The detection steps on the emulated device against the functions of detection/, bit for bit. The argument
// "small" leaves out the largest cases.
#include <math.h>

#include <algorithm>

#include "detection/anchors.h"
#include "detection/box_codec.h"
#include "detection/class_shift.h"
#include "detection/nms.h"
#include "detection/pyramid.h"
#include "detection/top_k.h"
#include "op_harness.h"

namespace spinexr::test {
namespace {

Random numbers(20260801);
bool only_small = false;

float special() {
  const float values[] = {NAN, -NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 3e38f, -3e38f, 1e-39f};
  return values[numbers.below(9)];
}

// Scores of `levels` different values, with a few that are no numbers where `odd`.
std::vector<float> make_scores(int64_t n, int levels, bool odd) {
  std::vector<float> scores(static_cast<size_t>(n));
  for (float& score : scores) {
    score = levels == 0 ? numbers.real() : static_cast<float>(numbers.below(levels)) / 8 - 0.25f;
    if (odd && numbers.below(7) == 0) score = special();
  }
  return scores;
}

// On a grid, so that overlaps are often just a threshold; some equal, some empty or no numbers.
std::vector<float> make_boxes(int64_t n, int side, bool odd) {
  std::vector<float> boxes;
  for (int64_t i = 0; i < n; ++i) {
    if (odd && i > 0 && numbers.below(6) == 0) {
      for (int k = 0; k < 4; ++k) boxes.push_back(boxes[boxes.size() - 4]);
      continue;
    }
    const float x = static_cast<float>(numbers.below(side)), y = static_cast<float>(numbers.below(side));
    const float w = static_cast<float>(numbers.below(12)), h = static_cast<float>(1 + numbers.below(12));
    for (const float v : {x, y, x + w, y + h}) boxes.push_back(odd && numbers.below(40) == 0 ? special() : v);
  }
  return boxes;
}

void test_top_k(int32_t outer, int32_t n, int32_t inner, int32_t k, bool largest, int levels, bool odd) {
  const std::vector<float> x = make_scores(int64_t{outer} * n * inner, levels, odd);
  OpHarness device;
  const int32_t in = device.add(x);
  const int64_t selected = int64_t{outer} * k * inner;
  const int32_t values = device.make<float>(selected), indices = device.make<int32_t>(selected);
  device.run(cuda::prepare_top_k, {in, values, indices, outer, n, inner, k, largest, 1});
  std::vector<float> expected_values(static_cast<size_t>(selected));
  std::vector<int32_t> expected_indices(static_cast<size_t>(selected));
  std::vector<uint64_t> order(static_cast<size_t>(n));
  for (int64_t p = 0; p < int64_t{outer} * inner; ++p) {
    const float* const source = x.data() + p / inner * n * inner + p % inner;
    for (int64_t j = 0; j < n; ++j) {
      const uint32_t key = order_key(source[j * inner]);
      order[static_cast<size_t>(j)] =
          static_cast<uint64_t>(largest ? ~key : key) << 32 | static_cast<uint64_t>(j);
    }
    std::sort(order.begin(), order.end());
    for (int64_t j = 0; j < k; ++j) {
      const int32_t index = static_cast<int32_t>(order[static_cast<size_t>(j)] & 0xFFFFFFFFu);
      const size_t target = static_cast<size_t>((p / inner * k + j) * inner + p % inner);
      expected_indices[target] = index;
      expected_values[target] = source[index * inner];
    }
  }
  EXPECT(same_bits(device.values<int32_t>(indices), expected_indices));
  EXPECT(same_bits(device.values<float>(values), expected_values));
}

void test_top_ks() {
  for (const int32_t n : {1, 2, 31, 64, 65, 997, 4096}) {
    for (const int levels : {0, 1, 5}) {
      test_top_k(1, n, 1, n, true, levels, true);
      test_top_k(2, n, 3, (n + 1) / 2, levels != 1, levels, levels != 5);
    }
  }
  test_top_k(3, 7, 1, 0, true, 0, false);
  test_top_k(0, 7, 1, 3, true, 0, false);
  for (const int32_t n : {4097, 9973}) {
    test_top_k(2, n, 1, 1000, true, 0, true);
    test_top_k(1, n, 2, 1, false, 3, true);
    test_top_k(1, n, 1, 4096, true, 1, false);
    test_top_k(1, n, 1, n, n == 4097, 40, true);
  }
  if (only_small) return;
  test_top_k(1, 100003, 1, 1000, true, 0, false);
  test_top_k(1, 100003, 1, 5003, true, 50, true);
  test_top_k(1, 300007, 1, 100, true, 2, false);
}

void test_class_aware(int32_t n, int32_t max_kept, int classes, int levels, bool odd, float iou,
                      float score) {
  const std::vector<float> boxes = make_boxes(n, n > 500 ? 200 : 30, odd),
                           scores = make_scores(n, levels, odd);
  std::vector<int32_t> numbers_of(static_cast<size_t>(n));
  for (int32_t& number : numbers_of) number = numbers.below(classes);
  OpHarness device;
  const int32_t in[] = {device.add(boxes), device.add(scores), device.add(numbers_of)};
  const int32_t kept = device.make<int32_t>(max_kept), kept_scores = device.make<float>(max_kept);
  const int32_t count = device.make<int32_t>(1);
  device.run(cuda::prepare_class_aware_nms,
             {in[0], in[1], in[2], kept, kept_scores, count, n, max_kept, iou, score});
  const size_t room = static_cast<size_t>(n);
  std::vector<int32_t> order(room), expected(room);
  std::vector<NmsCandidate> candidates(room);
  const int64_t found =
      nms(boxes.data(), scores.data(), numbers_of.data(), n, {max_kept, iou, score, BoxFormat::kCorners},
          order.data(), candidates.data(), expected.data());
  expected.resize(static_cast<size_t>(max_kept));
  std::vector<float> expected_scores(expected.size());
  for (int64_t i = 0; i < max_kept; ++i) {
    const size_t at = static_cast<size_t>(i);
    if (i >= found) expected[at] = 0;
    expected_scores[at] = i < found ? scores[static_cast<size_t>(expected[at])] : -INFINITY;
  }
  EXPECT(device.values<int32_t>(count)[0] == found);
  EXPECT(same_bits(device.values<int32_t>(kept), expected));
  EXPECT(same_bits(device.values<float>(kept_scores), expected_scores));
}

void test_nms(int32_t batch, int32_t classes, int32_t n, int32_t most, int32_t centre, int levels, bool odd) {
  const std::vector<float> boxes = make_boxes(int64_t{batch} * n, 30, odd);
  const std::vector<float> scores = make_scores(int64_t{batch} * classes * n, levels, odd);
  const int64_t capacity = int64_t{batch} * classes * std::min(n, most) + numbers.below(3);
  OpHarness device;
  const int32_t in[] = {device.add(boxes), device.add(scores)};
  const int32_t selected = device.make<int32_t>(capacity * 3), count = device.make<int32_t>(1);
  device.run(cuda::prepare_nms,
             {in[0], in[1], selected, count, batch, classes, n, most, centre, 0.3f, -0.1f});
  std::vector<int32_t> expected;
  std::vector<int32_t> order(static_cast<size_t>(n)), kept(static_cast<size_t>(n));
  std::vector<NmsCandidate> candidates(static_cast<size_t>(n));
  const NmsOptions options{most, 0.3f, -0.1f, centre != 0 ? BoxFormat::kCentre : BoxFormat::kFlippedPairs};
  for (int64_t p = 0; n > 0 && p < int64_t{batch} * classes; ++p) {
    const int64_t found = nms(boxes.data() + p / classes * n * 4, scores.data() + p * n, nullptr, n, options,
                              order.data(), candidates.data(), kept.data());
    for (int64_t i = 0; i < found; ++i) {
      expected.push_back(static_cast<int32_t>(p / classes));
      expected.push_back(static_cast<int32_t>(p % classes));
      expected.push_back(kept[static_cast<size_t>(i)]);
    }
  }
  EXPECT(device.values<int32_t>(count)[0] == static_cast<int32_t>(expected.size() / 3));
  expected.resize(static_cast<size_t>(capacity * 3), -1);
  EXPECT(same_bits(device.values<int32_t>(selected), expected));
}

void test_suppression() {
  for (const int32_t n : {1, 2, 63, 64, 65, 331, 1025}) {
    for (const int classes : {1, 3}) {
      test_class_aware(n, n, classes, 0, false, 0.5f, -2);
      test_class_aware(n, (n + 2) / 3, classes, 6, true, 0.25f, 0);
      test_class_aware(n, n, classes, 1, true, 0, -1);
    }
  }
  test_class_aware(0, 0, 1, 0, false, 0.5f, 0);
  test_class_aware(5, 0, 1, 0, false, 0.5f, 0);
  test_class_aware(40, 40, 2, 3, true, NAN, -1);
  test_class_aware(40, 40, 2, 3, true, 0.5f, NAN);
  test_class_aware(40, 40, 2, 3, true, 0.5f, INFINITY);
  test_nms(2, 3, 67, 10, 0, 5, true);
  test_nms(1, 5, 130, 200, 1, 0, false);
  test_nms(3, 1, 1, 1, 0, 2, false);
  test_nms(2, 2, 0, 4, 0, 0, false);
  test_nms(2, 0, 9, 4, 0, 0, false);
  test_nms(2, 2, 9, 0, 0, 0, false);
  if (only_small) return;
  test_class_aware(5003, 1000, 7, 0, true, 0.5f, -2);
  test_class_aware(17011, 17011, 1, 900, true, 0.4f, -2);
}

template <class T>
std::vector<T> to_storage(const std::vector<float>& values) {
  std::vector<T> result;
  for (const float v : values) result.push_back(cuda::from_float<T>(v));
  return result;
}
template <class T>
std::vector<float> rounded(const std::vector<float>& values) {
  std::vector<float> result;
  for (const float v : values) result.push_back(cuda::to_float(cuda::from_float<T>(v)));
  return result;
}

// The pixels of an nhwc tensor, without what lies between them.
template <class T>
std::vector<T> pixels_of(const std::vector<T>& values, int64_t channels, int64_t stride) {
  std::vector<T> result;
  for (size_t i = 0; i < values.size(); i += static_cast<size_t>(stride))
    result.insert(result.end(), values.begin() + static_cast<int64_t>(i),
                  values.begin() + static_cast<int64_t>(i) + channels);
  return result;
}

// Regions inside, across and beside a map, reversed, empty, huge, or no numbers.
std::vector<float> make_regions(int64_t n, float side) {
  std::vector<float> regions;
  for (int64_t i = 0; i < n * 4; ++i) {
    const int kind = numbers.below(30);
    regions.push_back(kind == 0   ? special()
                      : kind == 1 ? numbers.real() * 1e4f
                                  : (numbers.real() + 0.7f) * side);
  }
  return regions;
}

template <class T>
void test_roi_align(int32_t images, int32_t channels, int32_t gap, int32_t ratio, int32_t mode,
                    int32_t aligned, int32_t regions = 13) {
  const int32_t h = 7, w = 11, out_h = 3, out_w = 5, stride = channels + gap;
  const std::vector<float> map = rounded<T>(numbers.reals((int64_t{images} * h * w - 1) * stride + channels));
  const std::vector<float> rois = make_regions(regions, 20);
  std::vector<int32_t> batch(static_cast<size_t>(regions));
  for (int32_t& image : batch) image = numbers.below(images);
  OpHarness device;
  const int32_t x = device.add<T>({images, channels, h, w}, stride, to_storage<T>(map).data());
  const int32_t in[] = {device.add(rois), device.add(batch)};
  const int32_t y = device.add<T>({regions, channels, out_h, out_w}, stride, nullptr);
  device.run(cuda::prepare_roi_align, {x, in[0], in[1], y, mode, ratio, aligned, 0.4f});
  std::vector<float> expected(static_cast<size_t>(regions * out_h * out_w * channels));
  for (int64_t r = 0; r < regions; ++r) {
    const FeatureMap image{map.data() + int64_t{batch[static_cast<size_t>(r)]} * h * w * stride, h, w,
                           channels, stride};
    roi_align(image, rois.data() + r * 4, {out_h, out_w, ratio, 0.4f, aligned != 0, mode == 1},
              expected.data() + r * out_h * out_w * channels, channels);
  }
  EXPECT(same_bits(pixels_of(device.values<T>(y), channels, stride), to_storage<T>(expected)));
  EXPECT(device.error().fault == 0);
}

void test_batch_numbers() {
  OpHarness device;
  const std::vector<float> map(2 * 3 * 3 * 4, 1), rois = {0, 0, 2, 2, 0, 0, 2, 2};
  const int32_t x = device.add<float>({2, 4, 3, 3}, 4, map.data());
  const int32_t in[] = {device.add(rois), device.add(std::vector<int32_t>{1, 2})};
  const int32_t y = device.add<float>({2, 4, 1, 1}, 4, nullptr);
  device.run(cuda::prepare_roi_align, {x, in[0], in[1], y, 0, 2, 1, 1.0f});
  EXPECT(device.error().fault == static_cast<uint32_t>(cuda::DeviceFault::kIndexOutOfRange));
  EXPECT(device.error().value == 2 && device.error().limit == 2);
  EXPECT(same_bits(device.values<float>(y), {1, 1, 1, 1, 0, 0, 0, 0}));
}

template <class T>
void test_pyramid(int32_t levels, int32_t channels, int32_t ratio) {
  const int32_t out = 2, regions = 23;
  OpHarness device;
  std::vector<std::vector<float>> maps;
  std::vector<PyramidMap> pyramid;
  std::vector<float> scales;
  int32_t in[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
  for (int32_t l = 0; l < levels; ++l) {
    const int32_t h = 17 - 2 * l, w = 19 - l, stride = channels + l % 2 * 8;
    maps.push_back(rounded<T>(numbers.reals((int64_t{h} * w - 1) * stride + channels)));
    in[l] = device.add<T>({1, channels, h, w}, stride, to_storage<T>(maps.back()).data());
    scales.push_back(1 / static_cast<float>(1 << l));
    pyramid.push_back({{nullptr, h, w, channels, stride}, scales.back()});
  }
  for (size_t l = 0; l < maps.size(); ++l) pyramid[l].map.data = maps[l].data();
  const std::vector<float> rois = make_regions(regions, 30);
  const int32_t boxes = device.add(rois), scale = device.add(scales);
  const int32_t y = device.add<T>({regions, channels, out, out}, channels, nullptr);
  device.run(cuda::prepare_multi_level_roi_align,
             {boxes, scale, in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], y, ratio, 1, 2, 9.0f, 3});
  std::vector<int32_t> level(static_cast<size_t>(regions));
  assign_levels(rois.data(), regions, {2, 1 + levels, 9, 3}, level.data());
  std::vector<float> expected(static_cast<size_t>(regions * out * out * channels));
  roi_align_levels(pyramid.data(), rois.data(), level.data(), regions, {out, out, ratio, 1, true, false},
                   expected.data(), channels);
  EXPECT(same_bits(device.values<T>(y), to_storage<T>(expected)));
}

void test_regions() {
  for (const int32_t ratio : {0, 1, 3}) {
    for (const int32_t mode : {0, 1}) {
      for (const int32_t aligned : {0, 1}) {
        test_roi_align<float>(3, 8, 0, ratio, mode, aligned);
        test_roi_align<float>(1, 5, 2, ratio, mode, aligned);
        test_roi_align<cuda::Half>(2, 12, 4, ratio, mode, aligned);
        test_roi_align<cuda::Half>(2, 16, 8, ratio, mode, aligned);
      }
    }
    test_pyramid<float>(1, 3, ratio);
    test_pyramid<float>(4, 132, ratio);
    test_pyramid<cuda::Half>(8, 264, ratio);
    test_pyramid<cuda::Half>(3, 9, ratio);
  }
  test_batch_numbers();
  test_roi_align<float>(2, 5, 0, 0, 0, 1, 701);  // many bins for each block
}

void test_boxes() {
  for (const int32_t n : {1, 2, 131}) {
    for (const int32_t groups : {1, 3}) {
      std::vector<float> boxes = make_boxes(n, 50, true), deltas = numbers.reals(int64_t{n} * groups * 4);
      for (float& delta : deltas) delta = numbers.below(9) == 0 ? special() : delta * 12;
      OpHarness device;
      const int32_t in[] = {device.add(boxes), device.add(deltas)};
      const int32_t y = device.make<float>(int64_t{n} * groups * 4);
      device.run(cuda::prepare_decode_boxes, {in[0], in[1], y, n, groups, 10.0f, 10.0f, 5.0f, 3.0f, 4.135f});
      const float weights[] = {10, 10, 5, 3};
      std::vector<float> expected(deltas.size());
      decode_boxes(boxes.data(), deltas.data(), n, groups, weights, 4.135f, expected.data());
      EXPECT(same_bits(device.values<float>(y), expected));
    }
    for (const float height : {17.5f, NAN}) {
      const std::vector<float> boxes = make_boxes(n, 50, true), size = {height, 23};
      OpHarness device;
      const int32_t in[] = {device.add(boxes), device.add(size)};
      const int32_t y = device.make<float>(int64_t{n} * 4);
      device.run(cuda::prepare_clip_boxes, {in[0], in[1], y, n});
      std::vector<float> expected(boxes.size());
      clip_boxes(boxes.data(), n, 23, height, expected.data());
      EXPECT(same_bits(device.values<float>(y), expected));
    }
  }
  for (const int32_t count : {1, 3, 9}) {
    for (const int32_t side : {0, 1, 13}) {
      const std::vector<float> shapes = numbers.reals(count * 2);
      const int64_t elements = int64_t{side} * 5 * count * 4;
      OpHarness device;
      const int32_t in = device.add(shapes), y = device.make<float>(elements);
      device.run(cuda::prepare_anchors, {in, y, side, 5, 7.3f, 0.5f});
      std::vector<float> expected(static_cast<size_t>(elements));
      make_anchors({side, 5, 7.3f, 0.5f}, shapes.data(), count, expected.data());
      EXPECT(same_bits(device.values<float>(y), expected));
    }
  }
}

}  // namespace
}  // namespace spinexr::test

int main(int argc, char** argv) {
  using namespace spinexr::test;
  only_small = argc > 1 && strcmp(argv[1], "small") == 0;
  test_boxes();
  test_top_ks();
  test_suppression();
  test_regions();
  printf("detection on the emulated device: good\n");
  return 0;
}
