// A prepared plan: ops, hold of the constants that runs read, and a workspace that it may share. run()
// allocates nothing unless a session that shared the workspace has come or gone.
#ifndef SPINEXR_RUNTIME_SESSION_H_
#define SPINEXR_RUNTIME_SESSION_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/span.h"
#include "base/status.h"
#include "constant_source.h"
#include "kernels/kernel_table.h"
#include "ops/op.h"
#include "plan/plan_reader.h"
#include "thread_pool.h"
#include "workspace.h"

namespace spinexr {

class Session {
 public:
  // `constants` is read during the call only; a block is 4-byte aligned. kernels and pool must outlive the
  // session. weights: what it shares with other sessions, or null; not needed afterwards. OK and no session:
  // the plan leaves out constants that are not in `weights` in the form that it needs.
  static Status create(const KernelTable& kernels, ThreadPool& pool, WeightStore* weights,
                       Span<const uint8_t> plan, ConstantSource constants, std::unique_ptr<Session>* session);

  ~Session();

  const Plan& plan() const { return plan_; }
  // Before inputs are written: their addresses hold until another session that shares the workspace is made
  // or used.
  Status begin();
  // The memory of a port's tensor, `count` its run-time length or -1.
  uint8_t* address(const PortRecord& port) const { return addresses_[static_cast<size_t>(port.tensor)]; }
  size_t bytes(const PortRecord& port) const;
  int32_t count(const PortRecord& port) const;
  // Not from two threads at once (one pool, one arena). See spx_session_run.
  Status run(const volatile int32_t* abort, float* step_ms);
  // Bytes held by this session alone: weights, arena and scratch as far as they are not shared.
  size_t held() const;
  Span<uint8_t> arena() const { return {workspace_->arena(), static_cast<size_t>(plan_.arena_bytes)}; }

 private:
  Session(const KernelTable& kernels, ThreadPool& pool, std::shared_ptr<Workspace> shared)
      : kernels_(kernels), pool_(pool), shares_(shared != nullptr), workspace_(std::move(shared)) {}
  Status prepare(PrepareContext& context);
  Status keep_constants(PrepareContext& context);

  const KernelTable& kernels_;
  ThreadPool& pool_;
  Plan plan_;
  std::vector<OpPointer> ops_;
  std::vector<uint8_t*> addresses_;  // per tensor
  const bool shares_;
  std::shared_ptr<Workspace> workspace_;
  uint8_t* base_ = nullptr;     // of the arena that addresses_ are of
  uint64_t scratch_bytes_ = 0;  // with arena_bytes of the plan: what the workspace was told
  bool entered_ = false;
  std::vector<SharedForm> constants_;
  size_t thread_scratch_offset_ = 0, thread_scratch_stride_ = 0;
  uint64_t owned_ = 0;
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_SESSION_H_
