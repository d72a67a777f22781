// A value that can only be reached while its lock is held, so that the lock and the data are one:
//
//   Guarded<std::vector<Job>> jobs_;
//   { auto jobs = jobs_.Lock(); jobs->push_back(job); }
//   jobs_.Wait([](auto& jobs) { return !jobs.empty(); });
//
// Safe for several threads. Never hold a lock across I/O, an adapter call or a callback.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace flaglinkd {

template <typename T>
class Guarded {
 public:
  class Access {
   public:
    T& operator*() const { return *value_; }
    T* operator->() const { return value_; }

   private:
    friend class Guarded;
    Access(std::unique_lock<std::mutex> lock, T* value) : lock_(std::move(lock)), value_(value) {}
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  Access Lock() { return Access(std::unique_lock(mutex_), &value_); }

  // Waits until `ready(value)` holds; the lock is held on return. Whoever changes the value calls
  // Notify.
  template <typename Ready>
  Access Wait(Ready ready) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready(value_); });
    return Access(std::move(lock), &value_);
  }

  // The same, for at most `patience`; the value may not be ready then.
  template <typename Ready>
  Access WaitFor(std::chrono::microseconds patience, Ready ready) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return ready(value_); });
    return Access(std::move(lock), &value_);
  }

  void Notify() { changed_.notify_all(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

}  // namespace flaglinkd
