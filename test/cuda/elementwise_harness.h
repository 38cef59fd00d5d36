// One step on the core's reference kernels and on a GPU, or its emulation: every element of every tensor must
// be the same afterwards, and all bytes between the tensors as they were.
#ifndef SPINEXR_TEST_CUDA_ELEMENTWISE_HARNESS_H_
#define SPINEXR_TEST_CUDA_ELEMENTWISE_HARNESS_H_

#include <functional>

#include "cpp/plan_builder.h"
#include "cuda/device/half.h"
#include "cuda/ops/op.h"

namespace spinexr::test {

// Builds the plan of one step; real is the type of its numbers (f32 or f16). It is called twice, with equal
// random numbers.
using Make = std::function<void(PlanBuilder& builder, DType real, Random& random)>;

struct Checks {
  bool half = true;       // in f16, too
  bool specials = false;  // NaN, infinities, zeros and the ends of the integers among the values
  double scale = 2;       // of the random numbers
  double tolerance = 4e-6;
  // The fault that is expected; then y is not compared.
  cuda::DeviceFault fault = cuda::DeviceFault::kNone;
};

void check(const char* name, const Make& make, const Checks& checks = {});

void test_elementwise();
void test_moves();
void test_axes();

}  // namespace spinexr::test

#endif  // SPINEXR_TEST_CUDA_ELEMENTWISE_HARNESS_H_
