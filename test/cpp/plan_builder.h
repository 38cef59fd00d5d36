// Binary plans made by hand, for the tests of the runtime. Tensors of the arena lie kGap bytes apart, so that
// a write outside one shows as a change of a gap.
#ifndef SPINEXR_TEST_PLAN_BUILDER_H_
#define SPINEXR_TEST_PLAN_BUILDER_H_

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <vector>

#include "plan/plan_reader.h"
#include "runtime/session.h"

namespace spinexr::test {

#define EXPECT(condition)                                                                            \
  do {                                                                                               \
    if (!(condition)) {                                                                              \
      printf("%s:%d: %s (last error: %s)\n", __FILE__, __LINE__, #condition, spinexr::last_error()); \
      exit(1);                                                                                       \
    }                                                                                                \
  } while (0)

constexpr uint64_t kGap = 64;
constexpr uint8_t kFill = 0x5C;

class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761u + 1) {}
  uint32_t bits() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    return state_ ^= state_ << 5;
  }
  int below(int n) { return static_cast<int>(bits() % static_cast<uint32_t>(n)); }
  float real() { return static_cast<float>(bits() >> 8) / (1 << 23) - 1; }  // [-1, 1)
  std::vector<float> reals(int64_t n) {
    std::vector<float> result(static_cast<size_t>(n));
    for (float& v : result) v = real();
    return result;
  }

 private:
  uint32_t state_;
};

template <class T>
constexpr StepKind kind_of = StepKind::kCount;
#define SPX_STEP(name, inputs, outputs, fields) \
  template <>                                   \
  inline constexpr StepKind kind_of<step::name> = StepKind::name;
#include "plan/steps.inc"
#undef SPX_STEP

class PlanBuilder {
 public:
  std::vector<uint8_t> constants;

  // A tensor in the arena: plain for pixel_stride 0, else nhwc.
  int arena(std::vector<int> dims, int pixel_stride = 0, DType type = DType::kF32) {
    const int index = add(dims, pixel_stride, type, Storage::kArena, align_up(arena_ + kGap));
    arena_ = offset(index) + size(index);
    return index;
  }
  template <class T>
  int constant(std::vector<int> dims, const std::vector<T>& values, DType type = DType::kF32,
               int pixel_stride = 0) {
    constants.resize(align_up(constants.size()));
    const int index = add(dims, pixel_stride, type, Storage::kConstant, constants.size());
    constants.resize(constants.size() + values.size() * sizeof(T));
    if (!values.empty()) memcpy(constants.data() + offset(index), values.data(), values.size() * sizeof(T));
    return index;
  }
  // Channels [first, first + count) of an nhwc tensor.
  int slice(int whole, int first, int count) {
    const TensorRecord& r = tensors_[static_cast<size_t>(whole)];
    return add({r.dims[0], count, r.dims[2], r.dims[3]}, r.pixel_stride, static_cast<DType>(r.dtype),
               Storage::kArena, offset(whole) + static_cast<uint64_t>(first) * element_bytes(r));
  }
  void input(int tensor) { inputs_.push_back({tensor, -1}); }
  void output(int tensor, int count = -1) { outputs_.push_back({tensor, count}); }
  template <class T>
  void step(const T& fields) {
    steps_.push_back(static_cast<uint32_t>(kind_of<T>));
    steps_.push_back(sizeof(T) / 4 + 2);
    steps_.resize(steps_.size() + sizeof(T) / 4);
    memcpy(steps_.data() + steps_.size() - sizeof(T) / 4, &fields, sizeof(T));
    ++step_count_;
  }
  // Of what another plan brings along.
  int shared(std::vector<int> dims, uint32_t key) {
    const int index = add(dims, 0, DType::kF32, Storage::kShared, 0);
    tensors_[static_cast<size_t>(index)].key = key;
    return index;
  }
  // Gives every constant a key: its index + 1.
  void share() {
    for (size_t i = 0; i < tensors_.size(); ++i) {
      if (tensors_[i].storage == 1) tensors_[i].key = static_cast<uint32_t>(i) + 1;
    }
  }
  // Leaves the bytes of all constants to other plans.
  PlanBuilder without_constants() const {
    PlanBuilder result = *this;
    result.constants.clear();
    for (TensorRecord& record : result.tensors_) {
      if (record.storage != 1) continue;
      record.storage = 2;
      record.offset_low = record.offset_high = 0;
    }
    return result;
  }
  uint64_t offset(int tensor) const { return tensors_[static_cast<size_t>(tensor)].offset_low; }

  std::vector<uint8_t> bytes() const {
    const size_t words = sizeof(PlanHeader) / 4 + tensors_.size() * sizeof(TensorRecord) / 4 +
                         (inputs_.size() + outputs_.size()) * 2 + steps_.size();
    const PlanHeader header{kPlanMagic,
                            kPlanVersion,
                            static_cast<uint32_t>(words),
                            static_cast<uint32_t>(tensors_.size()),
                            static_cast<uint32_t>(inputs_.size()),
                            static_cast<uint32_t>(outputs_.size()),
                            step_count_,
                            static_cast<uint32_t>(arena_ + kGap),
                            0,
                            static_cast<uint32_t>(constants.size()),
                            0,
                            0};
    std::vector<uint8_t> result;
    append(&result, &header, sizeof header);
    append(&result, tensors_.data(), tensors_.size() * sizeof(TensorRecord));
    append(&result, inputs_.data(), inputs_.size() * sizeof(PortRecord));
    append(&result, outputs_.data(), outputs_.size() * sizeof(PortRecord));
    append(&result, steps_.data(), steps_.size() * 4);
    return result;
  }

 private:
  static void append(std::vector<uint8_t>* target, const void* data, size_t bytes) {
    const uint8_t* const begin = static_cast<const uint8_t*>(data);
    if (bytes > 0) target->insert(target->end(), begin, begin + bytes);
  }
  int add(const std::vector<int>& dims, int pixel_stride, DType type, Storage storage, uint64_t offset) {
    TensorRecord record{static_cast<int32_t>(type),
                        pixel_stride > 0 ? 1 : 0,
                        static_cast<int32_t>(storage),
                        static_cast<int32_t>(dims.size()),
                        {1, 1, 1, 1, 1, 1, 1, 1},
                        pixel_stride,
                        static_cast<uint32_t>(offset),
                        0,
                        0};
    for (size_t d = 0; d < dims.size(); ++d) record.dims[d] = dims[d];
    tensors_.push_back(record);
    return static_cast<int>(tensors_.size()) - 1;
  }
  uint64_t size(int tensor) const {
    const TensorRecord& r = tensors_[static_cast<size_t>(tensor)];
    uint64_t elements = 1;
    for (const int32_t dim : r.dims) elements *= static_cast<uint64_t>(dim);
    if (r.layout == 1) {
      elements = static_cast<uint64_t>(r.dims[0]) * static_cast<uint64_t>(r.dims[2]) *
                 static_cast<uint64_t>(r.dims[3]) * static_cast<uint64_t>(r.pixel_stride);
    }
    return elements * element_bytes(r);
  }
  static uint64_t element_bytes(const TensorRecord& r) {
    const DType type = static_cast<DType>(r.dtype);
    return type == DType::kU8 ? 1 : type == DType::kF16 ? 2 : 4;
  }

  std::vector<TensorRecord> tensors_;
  std::vector<PortRecord> inputs_, outputs_;
  std::vector<uint32_t> steps_;
  uint32_t step_count_ = 0;
  uint64_t arena_ = 0;
};

// A session on its own pool.
class Fixture {
 public:
  Fixture(const PlanBuilder& builder, const KernelTable& kernels, int threads) {
    const std::vector<uint8_t> plan = builder.bytes();
    EXPECT(pool_.start(threads) == Status::OK);
    std::vector<uint8_t> constants(builder.constants);
    EXPECT(Session::create(kernels, pool_, nullptr, Span<const uint8_t>(plan.data(), plan.size()),
                           Span<const uint8_t>(constants.data(), constants.size()), &session_) == Status::OK);
    // Constants are only readable while the session is made.
    for (uint8_t& byte : constants) byte = 0xFF;
    memset(session_->arena().data(), kFill, session_->arena().size());
  }
  Session& session() { return *session_; }
  // `elements` of the first output's dtype.
  template <class T>
  T* tensor(int index) {
    return reinterpret_cast<T*>(session_->arena().data() +
                                session_->plan().tensors[static_cast<size_t>(index)].offset);
  }
  void set(int index, const std::vector<float>& values) {
    if (!values.empty()) memcpy(tensor<float>(index), values.data(), values.size() * sizeof(float));
  }
  void run() { EXPECT(session_->run(nullptr, nullptr) == Status::OK); }
  // Every byte of the arena outside all tensors is as it was.
  void check_gaps() {
    const Span<uint8_t> arena = session_->arena();
    std::vector<bool> covered(arena.size());
    for (const Tensor& t : session_->plan().tensors) {
      if (t.storage != Storage::kArena || t.elements == 0) continue;
      if (t.layout == Layout::kPlain) {
        for (int64_t i = 0; i < t.bytes(); ++i) covered[t.offset + static_cast<uint64_t>(i)] = true;
        continue;
      }
      // Of an nhwc tensor only its channels: what lies between pixels belongs to others or to nobody.
      for (int64_t p = 0; p < t.n() * t.h() * t.w(); ++p) {
        for (int64_t i = 0; i < t.c() * 4; ++i) {
          covered[t.offset + static_cast<uint64_t>(p * t.pixel_stride * 4 + i)] = true;
        }
      }
    }
    for (size_t i = 0; i < arena.size(); ++i) EXPECT(covered[i] || arena[i] == kFill);
  }

 private:
  ThreadPool pool_;
  std::unique_ptr<Session> session_;
};

// Calls f(kernels) for each kernel set of this machine.
template <class F>
void for_each_isa(const F& f) {
  std::vector<char> names(kernel_names(), kernel_names() + strlen(kernel_names()) + 1);
  for (char* name = strtok(names.data(), " "); name != nullptr; name = strtok(nullptr, " ")) {
    f(*select_kernels(name));
  }
}

}  // namespace spinexr::test

#endif  // SPINEXR_TEST_PLAN_BUILDER_H_
