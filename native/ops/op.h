// What a step becomes: prepared once (check every size, pack weights, say how much scratch is needed), run
// often (allocate nothing, check nothing but values that only exist at run time, such as indices).
//
// Add an op: one line in plan/steps.inc and src/plan/steps.ts, and prepare_<kind> in a file of this folder.
#ifndef SPINEXR_OPS_OP_H_
#define SPINEXR_OPS_OP_H_

#include <stddef.h>
#include <stdint.h>

#include <initializer_list>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/status.h"
#include "kernels/kernel_table.h"
#include "plan/plan_reader.h"
#include "runtime/constant_source.h"
#include "runtime/thread_pool.h"
#include "runtime/weight_store.h"

namespace spinexr {

// What an op sees while the network runs.
struct RunContext {
  const KernelTable& kernels;
  ThreadPool& pool;
  uint8_t* const* addresses;  // of each tensor; null for constants that no op keeps
  uint8_t* shared_scratch;    // as large as the op asked for, 64-byte aligned
  uint8_t* thread_scratch;    // of thread 0
  size_t thread_scratch_stride;

  // Null for an absent operand.
  template <class T>
  T* data(int32_t tensor) const {
    return tensor < 0 ? nullptr : reinterpret_cast<T*>(addresses[tensor]);
  }
  template <class T>
  T* scratch(int thread) const {
    return reinterpret_cast<T*>(thread_scratch + static_cast<size_t>(thread) * thread_scratch_stride);
  }
};

class Op {
 public:
  virtual ~Op() = default;
  virtual Status run(const RunContext& context) const = 0;
};
using OpPointer = std::unique_ptr<Op>;

// An op from a callable Status(const RunContext&) that owns what it needs. Null when out of memory.
template <class Run>
OpPointer make_op(Run run) {
  class Callable final : public Op {
   public:
    explicit Callable(Run call) : call_(std::move(call)) {}
    Status run(const RunContext& context) const override { return call_(context); }

   private:
    Run call_;
  };
  return OpPointer(new (std::nothrow) Callable(std::move(run)));
}

// How a constant is laid out for its op; the first number of a form.
enum class Packing : int64_t {
  kAsIs,
  kConvPanels,
  kDepthwise,
  kMatmulPanels,
  kWinograd2,
  kWinograd4,
  kStrassen
};

// What an op sees while it is prepared, and where it says what it needs.
class PrepareContext {
 public:
  // shared: what plans of one network share, or null. checks_only: the ops are made to see that their step is
  // good, and never run; constants are neither read nor packed (check.h).
  PrepareContext(const Plan& plan, const KernelTable& kernels, int threads, ConstantSource& constants,
                 WeightStore* shared, bool checks_only = false)
      : plan(plan),
        kernels(kernels),
        threads(threads),
        checks_only(checks_only),
        constants_(constants),
        shared_(shared),
        readers_(checks_only ? 0 : plan.tensors.size()) {}

  const Plan& plan;
  const KernelTable& kernels;
  const int threads;
  const bool checks_only;
  // Largest need of all ops so far, in bytes.
  uint64_t shared_scratch = 0;
  uint64_t thread_scratch = 0;
  // Bytes that belong to this session alone: what ops own, and constants that have no key.
  uint64_t owned = 0;
  // Every form that an op asked for; the session keeps them.
  std::vector<SharedForm> forms;
  // A constant was neither sent with the plan nor to be found in the form that an op asked for.
  bool incomplete = false;

  // Names the step in messages and counts its operands as read.
  void begin_step(size_t index);
  void begin_ports();
  // INVALID_PLAN with "step 12 (conv): " in front of the sentence.
  Status fail(const char* format, ...) const __attribute__((format(printf, 2, 3)));
  Status unsupported(const char* sentence) const;

  const Tensor& tensor(int32_t index) const { return plan.tensors[static_cast<size_t>(index)]; }
  // What its elements count as: f16 as f32. Only checks_only sees f16, whose ops never run.
  DType type_of(int32_t index) const {
    return tensor(index).dtype == DType::kF16 ? DType::kF32 : tensor(index).dtype;
  }
  bool is_constant(int32_t index) const { return tensor(index).storage != Storage::kArena; }
  // Both start at the same byte of the arena.
  bool same_place(int32_t a, int32_t b) const {
    return tensor(a).storage == tensor(b).storage && tensor(a).offset == tensor(b).offset;
  }
  // The constant `index` in a form of `bytes` bytes that lasts as long as the session: what make(raw, target)
  // writes to zeroed memory, unless a plan that shares this constant has had it made. `form` names the
  // packing and every size that decides it, apart from the constant itself. Null where checks_only.
  template <class Make>
  Status constant_form(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes,
                       const uint8_t** data, const Make& make) {
    *data = nullptr;
    if (checks_only) return Status::OK;
    const FormKey key = form_key(index, form, bytes);
    SharedForm found = find_form(index, key);
    if (found == nullptr) {
      std::unique_ptr<AlignedBuffer> made;
      SPX_TRY(new_form(index, bytes, &made));
      const uint8_t* raw;
      SPX_TRY(constants_.view(tensor(index).offset, static_cast<uint64_t>(tensor(index).bytes()), &raw));
      make(raw, made->data());
      found = add_form(index, key, std::move(made));
    }
    *data = found->data();
    forms.push_back(std::move(found));
    return Status::OK;
  }
  // Whether a plan that shares the constant has had that form made.
  bool has_form(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes) {
    return find_form(index, form_key(index, form, bytes)) != nullptr;
  }
  // The session keeps a copy of every constant operand for the runs, except where the op says that it is done
  // with it (weights that were packed).
  void release_constant(int32_t index) {
    if (!checks_only) --readers_[static_cast<size_t>(index)];
  }
  bool kept(size_t index) const { return readers_[index] > 0; }

  void need_shared(uint64_t bytes) {
    if (bytes > shared_scratch) shared_scratch = bytes;
  }
  void need_per_thread(uint64_t bytes) {
    if (bytes > thread_scratch) thread_scratch = bytes;
  }
  // Memory that the op owns, counted.
  Status allocate(uint64_t bytes, AlignedBuffer* buffer);

  // Checks shared by the ops. `role` is the operand's name in steps.inc.
  // They take f16 for f32.
  Status expect_type(int32_t index, const char* role, DType dtype) const;
  // dtype and exactly `elements` elements without gaps.
  Status expect_dense(int32_t index, const char* role, DType dtype, int64_t elements) const;
  Status expect_dense(int32_t index, const char* role, int64_t elements) const;
  // f32 and nhwc.
  Status expect_map(int32_t index, const char* role) const;
  // Elements first..last (as a stride walk reaches them) lie inside the tensor.
  Status expect_inside(int32_t index, const char* role, int64_t first, int64_t last) const;
  Status expect_range(const char* field, int64_t value, int64_t low, int64_t high) const;

 private:
  WeightStore& store_of(int32_t index) {
    return shared_ != nullptr && tensor(index).key != 0 ? *shared_ : own_;
  }
  FormKey form_key(int32_t index, std::initializer_list<int64_t> form, uint64_t bytes);
  SharedForm find_form(int32_t index, const FormKey& key);
  Status new_form(int32_t index, uint64_t bytes, std::unique_ptr<AlignedBuffer>* form);
  SharedForm add_form(int32_t index, const FormKey& key, std::unique_ptr<AlignedBuffer> form);

  ConstantSource& constants_;
  WeightStore* const shared_;
  WeightStore own_;  // of constants without a key, by their offset: equal ones are made once in a plan, too
  std::vector<uint32_t> readers_;  // steps and ports that read a tensor at run time
  size_t step_ = 0;
};

// prepare_conv(context, step, &op) and so on: one per line of steps.inc.
#define SPX_STEP(name, inputs, outputs, fields) \
  Status prepare_##name(PrepareContext& context, const step::name& step, OpPointer* op);
#include "plan/steps.inc"
#undef SPX_STEP

// The op of step `index`; checks that no output overlaps an operand it must not overlap. UNSUPPORTED for f16,
// which has no kernels here.
Status prepare_step(PrepareContext& context, size_t index, OpPointer* op);

}  // namespace spinexr

#endif  // SPINEXR_OPS_OP_H_
