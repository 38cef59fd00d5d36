// A plan with steps of nearly every kind, for tests that change a word of it.
#ifndef SPINEXR_TEST_ALL_KINDS_H_
#define SPINEXR_TEST_ALL_KINDS_H_

#include "plan_builder.h"

namespace spinexr::test {

// One step of nearly every kind on small tensors.
inline PlanBuilder plan_of_all_kinds() {
  PlanBuilder b;
  Random random(7);
  const int x = b.arena({2, 6, 5, 5}, 8), conv = b.arena({2, 4, 5, 5}, 4), pooled = b.arena({2, 4, 2, 2}, 4);
  const int means = b.arena({2, 4}), weights = b.constant({4, 3, 3, 3}, random.reals(108));
  const int scale = b.constant({6}, random.reals(6)), bias = b.constant({4}, random.reals(4));
  const int plain = b.arena({2, 4, 5, 5}), product = b.arena({2, 3}), flags = b.arena({2, 3}, 0, DType::kU8);
  const int matrix = b.constant({4, 3}, random.reals(12)), chosen = b.arena({2, 3});
  const int whole = b.arena({2, 3}, 0, DType::kI32), indices = b.constant<int32_t>({2}, {2, -1}, DType::kI32);
  const int taps = b.constant<int32_t>({4, 2}, {0, 1, 1, 2, 2, 2, 0, 0}, DType::kI32);
  const int tap_weights = b.constant({4, 2}, random.reals(8)), gathered = b.arena({2, 2}),
            resampled = b.arena({2, 4});
  const int soft = b.arena({2, 3}), normal = b.arena({2, 3}), best = b.arena({2}, 0, DType::kI32);
  const int values = b.arena({2, 2}), places = b.arena({2, 2}, 0, DType::kI32);
  const int rois = b.constant<float>({2, 4}, {0, 0, 3, 3, 1, 1, 400, 2});
  const int batch = b.constant<int32_t>({2}, {0, 1}, DType::kI32), regions = b.arena({2, 4, 2, 2}, 4);
  const int boxes = b.constant({1, 4, 4}, random.reals(16)), scores = b.constant({1, 2, 4}, random.reals(8));
  const int selected = b.arena({8, 3}, 0, DType::kI32), count = b.arena({1}, 0, DType::kI32);
  b.input(means);
  b.output(product);
  b.output(selected, count);
  b.step(step::fill{x, 0.5f});
  b.step(step::scale_shift{x, scale, scale, x, 50, 6, 8, 8, 1, 0, 0});
  b.step(step::conv{x, weights, bias, -1, scale, scale, -1, conv, 3, 3, 1, 1, 1,
                    1, 1,       1,    2,  1,     1,     1,  1,    1, 0, 1, 0, 0});
  b.step(step::pool{conv, pooled, 0, 3, 3, 2, 2, 0, 0, 0, 0, 1, 1, 0, 0});
  b.step(step::reduce{pooled, means, 1, 2, 4, 4, 16, 4});
  b.step(step::copy{
      conv, plain, {1, 1, 1, 1, 1, 2, 25, 4}, {0, 0, 0, 0, 0, 100, 4, 1}, {0, 0, 0, 0, 0, 100, 1, 25}, 0, 0});
  b.step(step::matmul{
      means, matrix, -1, product, 2, 3, 4, 0, 0, {1, 1, 1, 1}, {0, 0, 0, 0}, {0, 0, 0, 0}, 1, 0, 0, 0});
  b.step(step::unary{product, product, 3, 1, 6, 6, 6, 0, 0});
  b.step(step::binary{product,
                      product,
                      flags,
                      9,
                      {1, 1, 1, 1, 2, 3},
                      {0, 0, 0, 0, 3, 1},
                      {0, 0, 0, 0, 0, 0},
                      {0, 0, 0, 0, 3, 1},
                      0,
                      0,
                      0});
  b.step(step::where{flags,
                     product,
                     product,
                     chosen,
                     {1, 1, 1, 1, 2, 3},
                     {0, 0, 0, 0, 3, 1},
                     {0, 0, 0, 0, 3, 1},
                     {0, 0, 0, 0, 0, 0}});
  b.step(step::cast{chosen, whole, 6});
  b.step(step::gather{chosen, indices, gathered, 2, 3, 2, 1});
  b.step(step::resample{chosen, taps, tap_weights, resampled, 2, 3, 4, 1, 2});
  b.step(step::softmax{chosen, soft, 2, 3, 1, 0});
  b.step(step::normalize{chosen, -1, -1, normal, -1, -1, 2, 3, 1e-5f});
  b.step(step::arg_reduce{chosen, best, 0, 2, 3, 1, 0});
  b.step(step::top_k{chosen, values, places, 2, 3, 1, 2, 1, 1});
  b.step(step::roi_align{conv, rois, batch, regions, 0, 0, 1, 1.0f});
  b.step(step::nms{boxes, scores, selected, count, 1, 2, 4, 4, 0, 0.5f, 0.0f});
  return b;
}

}  // namespace spinexr::test

#endif  // SPINEXR_TEST_ALL_KINDS_H_
