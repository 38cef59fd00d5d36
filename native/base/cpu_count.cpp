#include "cpu_count.h"

#if defined(__linux__)
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#elif !defined(__wasm__)
#include <thread>
#endif

namespace spinexr {
#if defined(__linux__)
namespace {

int affinity_count() {
  for (int processors = 1024; processors <= 1 << 20; processors *= 4) {
    cpu_set_t* const set = CPU_ALLOC(processors);
    if (set == nullptr) return 1;
    const size_t bytes = CPU_ALLOC_SIZE(processors);
    CPU_ZERO_S(bytes, set);
    const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 1;
}

bool read_text(const char* path, char* text, size_t capacity) {
  FILE* const file = fopen(path, "re");
  if (file == nullptr) return false;
  const size_t length = fread(text, 1, capacity - 1, file);
  fclose(file);
  text[length] = '\0';
  return length > 0;
}

// Rounded up; 0 when there is no quota.
int quota_count(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return 0;
  const double count = quota / period;
  const int whole = count > 1e6 ? 1000000 : static_cast<int>(count);
  return whole < count ? whole + 1 : whole;
}

int quota_v2(const char* folder) {
  char path[1200], text[128];
  snprintf(path, sizeof path, "%s/cpu.max", folder);
  if (!read_text(path, text, sizeof text) || strncmp(text, "max", 3) == 0) return 0;
  char* rest = nullptr;
  const double quota = strtod(text, &rest);
  return quota_count(quota, strtod(rest, nullptr));
}

int quota_v1(const char* folder) {
  char path[1200], quota[64], period[64];
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
  if (!read_text(path, quota, sizeof quota)) return 0;
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  if (!read_text(path, period, sizeof period)) return 0;
  return quota_count(strtod(quota, nullptr), strtod(period, nullptr));
}

int smaller(int count, int limit) { return limit > 0 && limit < count ? limit : count; }

// A quota binds a group and all groups below it: walk from ours up to the mount. Inside a container the path
// in /proc/self/cgroup may not exist; the mount itself is then our group.
int with_quota(int count, const char* mount, char* group, int (*quota)(const char*)) {
  char folder[1100];
  for (;;) {
    snprintf(folder, sizeof folder, "%s%s", mount, group);
    count = smaller(count, quota(folder));
    char* const slash = strrchr(group, '/');
    if (slash == nullptr) return count;
    *slash = '\0';
  }
}

// Lines of /proc/self/cgroup: "0::/path" for v2, "4:cpu,cpuacct:/path" for v1.
int cgroup_count(int count) {
  char text[4096];
  if (!read_text("/proc/self/cgroup", text, sizeof text)) return count;
  char* save = nullptr;
  for (char* line = strtok_r(text, "\n", &save); line != nullptr; line = strtok_r(nullptr, "\n", &save)) {
    char* const controllers = strchr(line, ':');
    char* const path = controllers == nullptr ? nullptr : strchr(controllers + 1, ':');
    if (path == nullptr || strlen(path) > 1000) continue;
    *path = '\0';
    if (controllers[1] == '\0') {
      count = with_quota(count, "/sys/fs/cgroup", path + 1, quota_v2);
    } else if (strcmp(controllers + 1, "cpu") == 0 || strstr(controllers, "cpu,") != nullptr) {
      count = with_quota(count, "/sys/fs/cgroup/cpu", path + 1, quota_v1);
    }
  }
  return count;
}

}  // namespace

int cpu_count() {
  const int count = cgroup_count(affinity_count());
  return count > 0 ? count : 1;
}
#elif defined(__wasm__)
int cpu_count() { return 1; }
#else
int cpu_count() {
  const unsigned count = std::thread::hardware_concurrency();
  return count > 0 ? static_cast<int>(count) : 1;
}
#endif

}  // namespace spinexr
