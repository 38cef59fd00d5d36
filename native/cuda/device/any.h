// Elements whose type is only known when a kernel runs: for what is rare, or moves bytes more than it
// computes.
#ifndef SPINEXR_CUDA_DEVICE_ANY_H_
#define SPINEXR_CUDA_DEVICE_ANY_H_

#include "chunk.h"
#include "plan/plan.h"

namespace spinexr::cuda {

// Where elements of a type lie; f16 counts as a float.
template <class Byte>
struct AnyPointer {
  Byte* data;
  DType type;

  SPX_HD bool is_float() const { return type == DType::kF32 || type == DType::kF16; }
  template <int kCount>
  bool is_aligned() const {
    const uintptr_t bytes = type == DType::kU8 ? 1 : type == DType::kF16 ? 2 : 4;
    return reinterpret_cast<uintptr_t>(data) % (kCount * bytes) == 0;
  }
};
using AnySource = AnyPointer<const uint8_t>;
using AnyTarget = AnyPointer<uint8_t>;

// One of the two is in use: floats of f32 and f16, integers of i32 and u8.
template <int kCount>
struct AnyNumbers {
  float floats[kCount] = {};
  int32_t integers[kCount] = {};
};

template <class T, int kCount, class N>
SPX_HD inline void load_as(const uint8_t* data, int64_t at, N (&values)[kCount]) {
  const Chunk<T, kCount> chunk = load_chunk<kCount>(reinterpret_cast<const T*>(data) + at);
  for (int i = 0; i < kCount; ++i) values[i] = to_number(chunk.values[i]);
}

template <int kCount>
SPX_HD inline void load_any(const AnySource& source, int64_t at, AnyNumbers<kCount>* numbers) {
  switch (source.type) {
    case DType::kF32:
      return load_as<float>(source.data, at, numbers->floats);
    case DType::kF16:
      return load_as<Half>(source.data, at, numbers->floats);
    case DType::kI32:
      return load_as<int32_t>(source.data, at, numbers->integers);
    default:
      return load_as<uint8_t>(source.data, at, numbers->integers);
  }
}

// The numbers that are in use are those of the target's type; those for u8 are 0 .. 255.
template <int kCount>
SPX_HD inline void store_any(const AnyTarget& target, int64_t at, const AnyNumbers<kCount>& numbers) {
  switch (target.type) {
    case DType::kF32:
      return store_numbers(reinterpret_cast<float*>(target.data) + at, numbers.floats);
    case DType::kF16:
      return store_numbers(reinterpret_cast<Half*>(target.data) + at, numbers.floats);
    case DType::kI32:
      return store_numbers(reinterpret_cast<int32_t*>(target.data) + at, numbers.integers);
    default: {
      uint8_t bytes[kCount];
      for (int i = 0; i < kCount; ++i) bytes[i] = static_cast<uint8_t>(numbers.integers[i]);
      store_numbers(target.data + at, bytes);
    }
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_ANY_H_
