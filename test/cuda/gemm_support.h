// What the tests of products share: random numbers, operands on the device, distances.
#ifndef SPINEXR_TEST_CUDA_GEMM_SUPPORT_H_
#define SPINEXR_TEST_CUDA_GEMM_SUPPORT_H_

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "cuda/device/half.h"
#include "cuda/runtime/buffer.h"

namespace spinexr::cuda {

inline uint64_t random_state = 0x9E3779B97F4A7C15u;
inline uint32_t random_bits() {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return static_cast<uint32_t>(random_state * 2685821657736338717u >> 32);
}
inline int64_t random_int(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random_bits() % static_cast<uint64_t>(high - low + 1));
}
inline float random_float() { return static_cast<float>(random_bits()) / 2147483648.0f - 1; }

inline void require(bool good, const std::string& what) {
  if (good) return;
  fprintf(stderr, "%s\n%s\n", what.c_str(), last_error());
  exit(1);
}
inline void require(Status status, const std::string& what) { require(status == Status::OK, what); }

inline Stream test_stream() {
  static Stream stream = [] {
    Stream made;
    require(stream_create(&made), "a stream");
    return made;
  }();
  return stream;
}

// Numbers as their type has them, on the processor and, with `lead` elements before, on the device.
class Numbers {
 public:
  Numbers() = default;
  Numbers(int64_t count, bool half, int64_t lead = 0) : half_(half), lead_(lead) {
    for (int64_t i = 0; i < count; ++i)
      values.push_back(half ? to_float(to_half(random_float())) : random_float());
    send();
  }
  Numbers(const Numbers& other) : values(other.values), half_(other.half_), lead_(other.lead_) { send(); }
  void send() {
    const size_t size = half_ ? 2 : 4;
    require(memory_.allocate((values.size() + static_cast<size_t>(lead_)) * size, "a test"), "memory");
    refresh();
  }
  // The values into the memory that is there.
  void refresh() {
    const size_t size = half_ ? 2 : 4;
    std::vector<uint8_t> bytes(values.size() * size);
    for (size_t i = 0; i < values.size(); ++i) {
      const Half h = to_half(values[i]);
      memcpy(bytes.data() + i * size, half_ ? static_cast<const void*>(&h) : &values[i], size);
    }
    require(copy_to_device(data(), bytes.data(), bytes.size(), test_stream()), "a copy");
  }
  // The values as halves have them; not on the device.
  void round() {
    for (float& value : values) value = to_float(to_half(value));
  }
  void* data() const {
    return memory_.data() == nullptr ? nullptr : memory_.data() + lead_ * (half_ ? 2 : 4);
  }
  float at(int64_t i) const {
    return half_ ? to_float(static_cast<const Half*>(data())[i]) : static_cast<const float*>(data())[i];
  }

  std::vector<float> values;

 private:
  bool half_ = false;
  int64_t lead_ = 0;
  DeviceBuffer memory_;
};

inline DeviceBuffer device_bytes(size_t count) {
  DeviceBuffer buffer;
  require(buffer.allocate(count, "a test"), "memory");
  return buffer;
}
// Counters, zero.
inline DeviceBuffer zeros(size_t count) {
  DeviceBuffer buffer = device_bytes(count * 4);
  require(fill_zero(buffer.data(), buffer.size(), test_stream()), "zeros");
  return buffer;
}
inline void require_zeros(const DeviceBuffer& buffer, const std::string& what) {
  for (size_t i = 0; i < buffer.size(); ++i) require(buffer.data()[i] == 0, what + ": a counter is left");
}

// A sum of products, and how large it is where its terms do not cancel.
struct Sum {
  double value = 0, squares = 0;
  void add(double a, double b) {
    value += a * b;
    squares += a * a * b * b;
  }
};

// ||found - expected|| / ||expected||, where an expected number counts at least as its sum without
// cancellation.
class Distance {
 public:
  void add(double found, double expected, double squares) {
    difference_ += (found - expected) * (found - expected);
    norm_ += expected * expected > squares ? expected * expected : squares;
  }
  double value() const { return norm_ == 0 ? sqrt(difference_) : sqrt(difference_ / norm_); }

 private:
  double difference_ = 0, norm_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_TEST_CUDA_GEMM_SUPPORT_H_
