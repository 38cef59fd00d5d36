#include <stdio.h>
#include <unistd.h>

#include "device.h"
#include "launch.h"

namespace spinexr::cuda {
namespace {

// The device, or its driver, is of no more use to this process.
bool is_lost(cudaError_t error) {
  switch (error) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorDevicesUnavailable:
    case cudaErrorSystemNotReady:
    case cudaErrorContextIsDestroyed:
    case cudaErrorCudartUnloading:
    case cudaErrorUnknown:
      return true;
    default:
      return false;
  }
}

Status check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return Status::OK;
  cudaGetLastError();  // forgotten, where it can be
  if (error == cudaErrorMemoryAllocation) {
    return fail(Status::OUT_OF_MEMORY, "the GPU has no memory for %s", what);
  }
  if (is_lost(error)) {
    return fail(Status::DEVICE_LOST, "the GPU stopped during %s: %s (%s); start the process anew to use it",
                what, cudaGetErrorString(error), cudaGetErrorName(error));
  }
  return fail(Status::INTERNAL, "%s failed: %s (%s)", what, cudaGetErrorString(error),
              cudaGetErrorName(error));
}

// The process that has started CUDA: one that was forked from it cannot even give memory back.
pid_t process = 0;
bool is_fork() { return process != 0 && process != getpid(); }

// Whether the device that this thread means lets a kernel be placed while the one before still runs.
thread_local bool programmatic_launches = false;

}  // namespace

int32_t runtime_version() { return CUDART_VERSION; }

Status device_count(int32_t* count) {
  int found = 0;
  if (is_fork()) {
    return fail(Status::ISA_UNAVAILABLE,
                "this process was forked from one that had started CUDA; start it anew");
  }
  process = getpid();
  const cudaError_t error = cudaGetDeviceCount(&found);
  *count = error == cudaSuccess ? found : 0;
  if (error == cudaSuccess && found > 0) return Status::OK;
  cudaGetLastError();
  if (error == cudaSuccess || error == cudaErrorNoDevice) {
    return fail(Status::ISA_UNAVAILABLE,
                "no NVIDIA GPU is visible to this process (see nvidia-smi and CUDA_VISIBLE_DEVICES)");
  }
  return fail(Status::ISA_UNAVAILABLE, "CUDA does not start: %s (%s)", cudaGetErrorString(error),
              cudaGetErrorName(error));
}

Status device_properties(int32_t device, DeviceProperties* properties) {
  cudaDeviceProp found;
  SPX_TRY(check(cudaGetDeviceProperties(&found, device), "looking at the device"));
  *properties = {};
  snprintf(properties->name, sizeof properties->name, "%s", found.name);
  properties->major = found.major;
  properties->minor = found.minor;
  properties->multiprocessors = found.multiProcessorCount;
  properties->shared_bytes = static_cast<int32_t>(found.sharedMemPerBlockOptin);
  properties->total_bytes = found.totalGlobalMem;
  int runtime = 0, driver = 0;
  SPX_TRY(check(cudaRuntimeGetVersion(&runtime), "asking for the runtime's version"));
  SPX_TRY(check(cudaDriverGetVersion(&driver), "asking for the driver's version"));
  properties->has_clock = true;
  properties->runtime_version = runtime;
  properties->driver_version = driver;
  return Status::OK;
}

Status select_device(int32_t device) {
  SPX_TRY(check(cudaSetDevice(device), "selecting the device"));
  int major = 0;
  SPX_TRY(check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
                "looking at the device"));
  programmatic_launches = major >= 9;
  return Status::OK;
}

Status device_allocate(size_t bytes, const char* what, void** memory) {
  return check(cudaMalloc(memory, bytes), what);
}
void device_free(void* memory) {
  if (memory != nullptr && !is_fork()) cudaFree(memory);
}
Status pinned_allocate(size_t bytes, const char* what, void** memory) {
  return check(cudaHostAlloc(memory, bytes, cudaHostAllocDefault), what);
}
void pinned_free(void* memory) {
  if (memory != nullptr && !is_fork()) cudaFreeHost(memory);
}

Status copy_to_device(void* target, const void* source, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyHostToDevice, stream),
               "a copy to the device");
}
Status copy_to_host(void* target, const void* source, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToHost, stream),
               "a copy from the device");
}
Status copy_on_device(void* target, const void* source, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToDevice, stream),
               "a copy on the device");
}
Status fill_zero(void* target, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return check(cudaMemsetAsync(target, 0, bytes, stream), "clearing memory");
}

Status stream_create(Stream* stream) {
  return check(cudaStreamCreateWithFlags(stream, cudaStreamNonBlocking), "making a stream");
}
void stream_destroy(Stream stream) {
  if (stream != nullptr) cudaStreamDestroy(stream);
}
Status synchronize(Stream stream) { return check(cudaStreamSynchronize(stream), "a run"); }

Status event_create(Event* event) { return check(cudaEventCreate(event), "making an event"); }
void event_destroy(Event event) {
  if (event != nullptr && !is_fork()) cudaEventDestroy(event);
}
Status event_record(Event event, Stream stream) {
  return check(cudaEventRecord(event, stream), "recording an event");
}
Status event_elapsed(Event begin, Event end, float* ms) {
  return check(cudaEventElapsedTime(ms, begin, end), "reading an event");
}
Status wait_event(Stream stream, Event event) {
  return check(cudaStreamWaitEvent(stream, event, 0), "waiting for an event");
}

// Thread-local: other threads may use the device meanwhile.
Status begin_capture(Stream stream) {
  return check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "beginning a graph");
}
Status end_capture(Stream stream, Graph* graph) {
  *graph = nullptr;
  cudaGraph_t made = nullptr;
  SPX_TRY(check(cudaStreamEndCapture(stream, &made), "making a graph"));
  const Status status = check(cudaGraphInstantiate(graph, made, 0), "making a graph ready");
  cudaGraphDestroy(made);
  return status;
}
Status graph_launch(Graph graph, Stream stream) {
  return check(cudaGraphLaunch(graph, stream), "launching a graph");
}
void graph_destroy(Graph graph) {
  if (graph != nullptr) cudaGraphExecDestroy(graph);
}

Status launch_status() { return check(cudaGetLastError(), "launching a kernel"); }

Status launch_pointer(Stream stream, const LaunchShape& shape, const void* kernel, void** arguments) {
  if (uint64_t{shape.grid.x} * shape.grid.y * shape.grid.z == 0) return Status::OK;
  if (shape.shared_bytes > 48 * 1024) {
    SPX_TRY(check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                       static_cast<int>(shape.shared_bytes)),
                  "asking for shared memory"));
  }
  // With the kernel before still running: see begin_kernel().
  cudaLaunchAttribute attribute;
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = shape.grid;
  config.blockDim = dim3(shape.threads);
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = programmatic_launches ? 1 : 0;
  return check(cudaLaunchKernelExC(&config, kernel, arguments), "launching a kernel");
}

}  // namespace spinexr::cuda
