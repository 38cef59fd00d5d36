// The binary plan (plan.h) as plain structs. After read_plan every index, rank and storage range is good;
// what the fields of a step mean is checked by its op.
#ifndef SPINEXR_PLAN_PLAN_READER_H_
#define SPINEXR_PLAN_PLAN_READER_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vector>

#include "base/span.h"
#include "base/status.h"
#include "plan.h"
#include "steps.h"

namespace spinexr {

struct Tensor {
  DType dtype;
  Layout layout;
  Storage storage;
  int rank;
  int64_t dims[kMaxRank];  // entries past rank are 1
  int64_t pixel_stride;    // nhwc: elements between consecutive pixels
  uint64_t offset;         // bytes, in the arena or the constants; 0 where shared
  uint32_t key;            // what plans of one network call this constant; 0: nothing
  int64_t elements;        // product of dims
  int64_t extent;          // elements from the first one to behind the last one in memory

  int64_t element_bytes() const { return dtype == DType::kU8 ? 1 : dtype == DType::kF16 ? 2 : 4; }
  int64_t bytes() const { return extent * element_bytes(); }
  bool dense() const { return extent == elements; }
  // Of an nhwc tensor.
  int64_t n() const { return dims[0]; }
  int64_t c() const { return dims[1]; }
  int64_t h() const { return dims[2]; }
  int64_t w() const { return dims[3]; }
};

struct Step {
  StepKind kind;
  std::vector<int32_t> body;  // operands, then fields

  template <class T>
  T as() const {
    T result;
    memcpy(&result, body.data(), sizeof result);
    return result;
  }
};

struct Plan {
  std::vector<Tensor> tensors;
  std::vector<PortRecord> inputs, outputs;
  std::vector<Step> steps;
  uint64_t arena_bytes = 0;
  uint64_t constant_bytes = 0;
};

// The most bytes an arena or the constants may have: keeps all sums of offsets and sizes far from overflow.
constexpr uint64_t kMaxStorageBytes = uint64_t{1} << 40;

// INVALID_PLAN with a sentence that names the tensor, port or step (index and kind) that is wrong.
// `constant_bytes` is what the caller has; a plan that says anything else is refused.
Status read_plan(Span<const uint8_t> bytes, uint64_t constant_bytes, Plan* plan);

}  // namespace spinexr

#endif  // SPINEXR_PLAN_PLAN_READER_H_
