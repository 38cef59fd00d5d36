// Binary form of a Plan (src/plan/plan.ts, written by src/plan/encode.ts). Little-endian 32-bit words.
//
//   header   PlanHeader
//   tensors  tensor_count x TensorRecord
//   ports    input_count + output_count x PortRecord
//   steps    step_count x { kind, words, inputs, outputs, fields }: `words` counts the whole record; one i32
//   tensor
//            index per operand of steps.inc (-1 = absent), then the fields (f as IEEE-754 bits)
//
// Names are not in it: messages name steps by index and kind. Everything in it is untrusted: plan_reader.cpp
// checks each count, index, enum and that each tensor lies inside its storage, before anything is allocated.
#ifndef SPINEXR_PLAN_PLAN_H_
#define SPINEXR_PLAN_PLAN_H_

#include <stdint.h>

namespace spinexr {

constexpr uint32_t kPlanMagic = 0x50585053;  // "SPXP"
constexpr uint32_t kPlanVersion = 1;
constexpr int kMaxRank = 8;

struct PlanHeader {
  uint32_t magic, version;
  uint32_t total_words;  // of the whole plan, header included
  uint32_t tensor_count, input_count, output_count, step_count;
  uint32_t arena_bytes_low, arena_bytes_high;
  uint32_t constant_bytes_low, constant_bytes_high;
  uint32_t reserved;
};

// kF16: IEEE 754 binary16, of tensors in the arena only; half.inc says which operands may have it.
enum class DType : int32_t { kF32 = 0, kI32 = 1, kU8 = 2, kF16 = 3 };
enum class Layout : int32_t { kPlain = 0, kNhwc = 1 };
// kShared: a constant that other plans of the network brought along; only its key is given.
enum class Storage : int32_t { kArena = 0, kConstant = 1, kShared = 2 };

struct TensorRecord {
  int32_t dtype, layout, storage, rank;
  int32_t dims[kMaxRank];  // logical, ONNX order; entries past rank are 1
  int32_t pixel_stride;    // nhwc only, elements
  uint32_t offset_low, offset_high;
  uint32_t key;  // of a constant that plans of one network share; 0: of this plan alone
};

struct PortRecord {
  int32_t tensor;
  int32_t count_tensor;  // -1 or an i32 tensor of one element
};

}  // namespace spinexr

#endif  // SPINEXR_PLAN_PLAN_H_
