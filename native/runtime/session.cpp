#include "session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/float_mode.h"

namespace spinexr {
namespace {

double milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

}  // namespace

Status Session::create(const KernelTable& kernels, ThreadPool& pool, WeightStore* weights,
                       Span<const uint8_t> plan, ConstantSource constants,
                       std::unique_ptr<Session>* session) {
  session->reset();
  std::unique_ptr<Session> made(
      new (std::nothrow) Session(kernels, pool, weights == nullptr ? nullptr : weights->workspace()));
  if (made == nullptr) return fail(Status::OUT_OF_MEMORY, "no memory for a session");
  if (constants.size() > 0 && reinterpret_cast<uintptr_t>(constants.block()) % 4 != 0) {
    return fail(Status::INVALID_ARGUMENT, "expected constants at an address divisible by 4");
  }
  SPX_TRY(read_plan(plan, constants.size(), &made->plan_));
  if (weights != nullptr) weights->sweep();
  PrepareContext context(made->plan_, kernels, pool.threads(), constants, weights);
  const Status status = made->prepare(context);
  if (context.incomplete) return Status::OK;
  if (status == Status::OK) *session = std::move(made);
  return status;
}

Session::~Session() {
  if (entered_) workspace_->leave(plan_.arena_bytes, scratch_bytes_);
}

Status Session::prepare(PrepareContext& context) {
  context.begin_ports();
  ops_.resize(plan_.steps.size());
  for (size_t i = 0; i < ops_.size(); ++i) SPX_TRY(prepare_step(context, i, &ops_[i]));
  SPX_TRY(keep_constants(context));
  constants_ = std::move(context.forms);
  owned_ = context.owned;
  if (context.shared_scratch > kMaxStorageBytes || context.thread_scratch > kMaxStorageBytes) {
    return fail(Status::OUT_OF_MEMORY, "expected at most 1 TiB of scratch memory");
  }
  thread_scratch_offset_ = static_cast<size_t>(align_up(context.shared_scratch));
  thread_scratch_stride_ = static_cast<size_t>(align_up(context.thread_scratch));
  scratch_bytes_ = align_up(context.shared_scratch) +
                   align_up(context.thread_scratch) * static_cast<uint64_t>(pool_.threads());
  if (context.incomplete) return Status::OK;  // it will not run
  if (workspace_ == nullptr) workspace_ = std::make_shared<Workspace>();
  workspace_->enter(plan_.arena_bytes, scratch_bytes_);
  entered_ = true;
  return begin();
}

Status Session::begin() {
  SPX_TRY(workspace_->fit());
  if (base_ == workspace_->arena()) return Status::OK;
  base_ = workspace_->arena();
  for (size_t i = 0; i < addresses_.size(); ++i) {
    if (plan_.tensors[i].storage == Storage::kArena) addresses_[i] = base_ + plan_.tensors[i].offset;
  }
  return Status::OK;
}

// Takes hold of the constants that some op reads while running, as they are. Other addresses: begin().
Status Session::keep_constants(PrepareContext& context) {
  const size_t count = plan_.tensors.size();
  const auto kept = [&](size_t i) { return plan_.tensors[i].storage != Storage::kArena && context.kept(i); };
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    if (kept(i)) sum += align_up(static_cast<uint64_t>(plan_.tensors[i].bytes()));
    // Tensors may share bytes; a plan that repeats one large constant is cut off here.
    if (sum > kMaxStorageBytes) return fail(Status::OUT_OF_MEMORY, "expected at most 1 TiB of constants");
  }
  addresses_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const Tensor& tensor = plan_.tensors[i];
    if (kept(i)) {
      const size_t bytes = static_cast<size_t>(tensor.bytes());
      const auto copy = [bytes](const uint8_t* raw, uint8_t* target) {
        if (bytes > 0) memcpy(target, raw, bytes);
      };
      const uint8_t* data;
      SPX_TRY(context.constant_form(static_cast<int32_t>(i), {static_cast<int64_t>(Packing::kAsIs)}, bytes,
                                    &data, copy));
      addresses_[i] = const_cast<uint8_t*>(data);  // only outputs are written, and they lie in the arena
    }
  }
  return Status::OK;
}

size_t Session::bytes(const PortRecord& port) const {
  return static_cast<size_t>(plan_.tensors[static_cast<size_t>(port.tensor)].bytes());
}

int32_t Session::count(const PortRecord& port) const {
  if (port.count_tensor < 0) return -1;
  int32_t count;
  memcpy(&count, addresses_[static_cast<size_t>(port.count_tensor)], sizeof count);
  // Computed by the network: never more than there is.
  const int64_t rows = plan_.tensors[static_cast<size_t>(port.tensor)].dims[0];
  return count < 0 ? 0 : count > rows ? static_cast<int32_t>(rows) : count;
}

size_t Session::held() const { return (shares_ ? 0 : workspace_->bytes()) + static_cast<size_t>(owned_); }

Status Session::run(const volatile int32_t* abort, float* step_ms) {
  SPX_TRY(begin());
  const ScopedFlushDenormals flush;
  const RunContext context{kernels_,
                           pool_,
                           addresses_.data(),
                           workspace_->scratch(),
                           workspace_->scratch() + thread_scratch_offset_,
                           thread_scratch_stride_};
  for (size_t i = 0; i < ops_.size(); ++i) {
    if (abort != nullptr && *abort != 0)
      return fail(Status::ABORTED, "the run was aborted before step %zu", i);
    const double start = step_ms == nullptr ? 0 : milliseconds();
    if (const Status status = ops_[i]->run(context); status != Status::OK) {
      char sentence[400];
      snprintf(sentence, sizeof sentence, "%s", last_error());
      return fail(status, "step %zu: %s", i, sentence);
    }
    if (step_ms != nullptr) step_ms[i] = static_cast<float>(milliseconds() - start);
  }
  // Cheap, and the only thing that would tell of a kernel that writes too far.
  bool intact = workspace_->guards_intact();
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < constants_.size(); ++i) {
    if (i + kAhead < constants_.size()) constants_[i + kAhead]->prefetch_guards();
    intact = intact && constants_[i]->guards_intact();
  }
  if (!intact) {
    return fail(Status::INTERNAL, "a step wrote outside its memory; please report this network");
  }
  return Status::OK;
}

}  // namespace spinexr
