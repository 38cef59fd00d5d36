// Neighbouring elements that a thread takes at once.
#ifndef SPINEXR_CUDA_DEVICE_CHUNK_H_
#define SPINEXR_CUDA_DEVICE_CHUNK_H_

#include <stddef.h>
#include <stdint.h>

#include "activation.h"
#include "half.h"

namespace spinexr::cuda {

// kCount (a power of two) elements in memory, aligned so that they come in accesses of up to 16 bytes.
template <class T, int kCount>
struct alignas(kCount * sizeof(T) < 16 ? kCount * sizeof(T) : 16) Chunk {
  T values[kCount];
};

// How many elements make 16 bytes.
template <class T>
constexpr int kWide = 16 / static_cast<int>(sizeof(T));

// Whether chunks can begin here.
template <class T, int kCount>
bool aligned(const T* pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % alignof(Chunk<T, kCount>) == 0;
}

template <int kCount, class T>
SPX_HD inline Chunk<T, kCount> load_chunk(const T* source) {
  return *reinterpret_cast<const Chunk<T, kCount>*>(source);
}
template <int kCount, class T>
SPX_HD inline void store_chunk(T* target, const Chunk<T, kCount>& chunk) {
  *reinterpret_cast<Chunk<T, kCount>*>(target) = chunk;
}

// As numbers to compute with: halves as floats, integers as they are.
SPX_HD inline int32_t to_number(int32_t value) { return value; }
SPX_HD inline uint8_t to_number(uint8_t value) { return value; }
SPX_HD inline float to_number(float value) { return value; }
SPX_HD inline float to_number(Half value) { return to_float(value); }

SPX_HD inline void from_number(int32_t value, int32_t* target) { *target = value; }
SPX_HD inline void from_number(uint8_t value, uint8_t* target) { *target = value; }
SPX_HD inline void from_number(float value, float* target) { *target = value; }
SPX_HD inline void from_number(float value, Half* target) { *target = to_half(value); }

// The type that to_number gives.
template <class T>
using Number = decltype(to_number(T{}));

template <int kCount, class T>
SPX_HD inline void load_numbers(const T* source, Number<T> (&values)[kCount]) {
  const Chunk<T, kCount> chunk = load_chunk<kCount>(source);
  for (int i = 0; i < kCount; ++i) values[i] = to_number(chunk.values[i]);
}
template <int kCount, class T>
SPX_HD inline void store_numbers(T* target, const Number<T> (&values)[kCount]) {
  Chunk<T, kCount> chunk;
  for (int i = 0; i < kCount; ++i) from_number(values[i], &chunk.values[i]);
  store_chunk<kCount>(target, chunk);
}

// The choice of the activation is made once for all.
template <int kCount>
SPX_HD inline void activate(const Activate& activation, float (&values)[kCount]) {
  switch (activation.kind) {
    case Activation::kNone:
      return;
    case Activation::kRelu:
      for (float& v : values) v = v < 0 ? 0.0f : v;
      return;
    case Activation::kClip:
      for (float& v : values) v = clamp(v, activation.alpha, activation.beta);
      return;
    default:
      for (float& v : values) v = activation(v);
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_CHUNK_H_
