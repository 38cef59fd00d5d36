// What the checks of kernels share: operands at the edge of accessible memory, expectations, random numbers.
#ifndef SPINEXR_TEST_CPP_KERNEL_CHECKS_H_
#define SPINEXR_TEST_CPP_KERNEL_CHECKS_H_

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "kernels/kernel_table.h"

#ifndef __wasm__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace {

using spinexr::BinaryOp;
using spinexr::GemmTile;
using spinexr::kBandRows;
using spinexr::KernelTable;
using spinexr::kPackedStride;
using spinexr::kWeightBits;
using spinexr::StrassenSums;
using spinexr::UnaryOp;

constexpr int kSizes[] = {0, 1, 3, 7, 15, 16, 17, 31, 33, 64, 100, 1023};
constexpr float kInf = INFINITY;
constexpr float kUlp = 1.1920929e-7f;  // distance of neighbours, relative
constexpr float kTiny = 3e-45f;        // two denormal steps: results that underflow
const float kSpecial[] = {NAN,    kInf,    -kInf,  0.0f,     -0.0f,     1.0f,    -1.0f,  0.5f,    -2.5f,
                          3e38f,  -3e38f,  1e-38f, -1e-38f,  1e-45f,    1e-5f,   -1e-5f, 88.72f,  88.73f,
                          89.5f,  -87.33f, -87.4f, -103.9f,  -104.1f,   -200.0f, 200.0f, 0.3466f, -0.3466f,
                          0.625f, -3.0f,   3.0f,   -2.9999f, 8388609.f, -0.75f,  1e-20f, -1e-20f};

const char* table_name = "";
int failures = 0;
long checks = 0;

void fail(const char* kernel, int64_t n, int64_t index, double got, double want) {
  if (++failures <= 20) {
    printf("%s %s: n %lld, element %lld is %.9g, expected %.9g\n", table_name, kernel,
           static_cast<long long>(n), static_cast<long long>(index), got, want);
  }
}

void expect(const char* kernel, int64_t n, int64_t index, float got, double want, double tolerance) {
  ++checks;
  const float rounded = static_cast<float>(want);
  if (isnan(rounded) ? isnan(got) : (got == rounded || fabs(got - want) <= tolerance)) return;
  fail(kernel, n, index, got, want);
}

uint64_t seed = 88172645463325252u;
// In [low, high): xorshift64.
float uniform(float low, float high) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return low + (high - low) * static_cast<float>(seed >> 40) / 16777216.0f;
}

// Memory for one operand at a time.
class Operand {
 public:
  Operand() {
#ifdef __wasm__
    end_ = static_cast<float*>(malloc(kBytes)) + kBytes / sizeof(float);
#else
    const size_t page = sysconf(_SC_PAGESIZE);
    char* memory = static_cast<char*>(
        mmap(nullptr, kBytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory == MAP_FAILED || mprotect(memory + kBytes, page, PROT_NONE) != 0) abort();
    end_ = reinterpret_cast<float*>(memory + kBytes);
#endif
    fill(0);
  }
  // n elements in [low, high), the last one at the end of the memory: unaligned for most n.
  float* fill(int64_t n, float low = -4, float high = 4) {
    n_ = n;
    float* p = end_ - n;
    for (int64_t i = 0; i < n; ++i) p[i] = uniform(low, high);
    for (int64_t i = 1; i <= kGuards; ++i) memcpy(p - i, &kGuard, sizeof kGuard);
    return p;
  }
  bool intact() const {
    for (int64_t i = 1; i <= kGuards; ++i) {
      if (memcmp(end_ - n_ - i, &kGuard, sizeof kGuard) != 0) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kBytes = 1 << 18;
  static constexpr int64_t kGuards = 64;
  static constexpr uint32_t kGuard = 0x7fc5a5a5;
  float* end_;
  int64_t n_ = 0;
};

Operand operands[7];

double clamp(double v, double low, double high) {
  if (v < low) v = low;
  return v > high ? high : v;
}
double larger(double a, double b) { return isnan(a) || a > b ? a : b; }
double smaller(double a, double b) { return isnan(a) || a < b ? a : b; }

void check_intact(const char* kernel, int64_t n) {
  for (const Operand& operand : operands) {
    ++checks;
    if (!operand.intact()) fail(kernel, n, -1, NAN, NAN);
  }
}

void put_specials(float* p, int64_t n) {
  const int64_t count = sizeof kSpecial / sizeof kSpecial[0];
  for (int64_t i = 0; i < n && i < count; ++i) p[i] = kSpecial[i];
}

}  // namespace

#endif  // SPINEXR_TEST_CPP_KERNEL_CHECKS_H_
