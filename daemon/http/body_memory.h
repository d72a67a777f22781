// How many bytes of request bodies may be held at a time, over all connections. Safe for several
// threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace flaglinkd {

class BodyMemory {
 public:
  explicit BodyMemory(std::size_t limit) : limit_(limit) {}

  // What one request holds; given back when it dies.
  class Share {
   public:
    explicit Share(std::shared_ptr<BodyMemory> memory) : memory_(std::move(memory)) {}
    Share(Share&& other) noexcept
        : memory_(other.memory_), bytes_(std::exchange(other.bytes_, 0)) {}
    Share(const Share&) = delete;
    Share& operator=(Share&&) = delete;
    ~Share() { Release(); }

    // Grows to `bytes` in all; false, and nothing has changed, if that is more than there is.
    bool GrowTo(std::size_t bytes) {
      if (bytes <= bytes_) return true;
      const std::size_t more = bytes - bytes_;
      if (memory_->used_.fetch_add(more) + more > memory_->limit_) {
        memory_->used_.fetch_sub(more);
        return false;
      }
      bytes_ = bytes;
      return true;
    }
    void Release() { memory_->used_.fetch_sub(std::exchange(bytes_, 0)); }

   private:
    std::shared_ptr<BodyMemory> memory_;  // an answer may come when the listener is gone
    std::size_t bytes_ = 0;
  };

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace flaglinkd
