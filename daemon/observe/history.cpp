#include "daemon/observe/history.h"

#include <algorithm>

namespace flaglinkd {
namespace {

std::int64_t NumberOf(TimePoint time) {
  return time.time_since_epoch() / kHistorySlot;
}

double MeanOf(double sum, std::int64_t count) {
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

HistorySlot SlotOf(const Activity& added) {
  return {added.events,
          added.rejected,
          added.requests,
          added.applied,
          MeanOf(added.answer_seconds, added.answers) * 1000,
          MeanOf(added.delivery_seconds, added.applied)};
}

}  // namespace

History::History(TimePoint start) {
  state_.Lock()->number = NumberOf(start);
}

void History::Note(TimePoint now, const Activity& sums) {
  const auto state = state_.Lock();
  state->MoveOnTo(NumberOf(now));
  state->Add(sums);
}

std::vector<HistorySlot> History::Slots(TimePoint now, const Activity& sums) {
  Note(now, sums);
  std::vector<HistorySlot> slots;
  for (const Activity& added : state_.Lock()->slots) slots.push_back(SlotOf(added));
  return slots;
}

void History::State::MoveOnTo(std::int64_t now) {
  const std::int64_t gone = std::min<std::int64_t>(now - number, kHistorySlots);
  for (std::int64_t i = 0; i < gone; ++i) slots.emplace_back();
  while (slots.size() > kHistorySlots) slots.pop_front();
  number = now;
}

void History::State::Add(const Activity& now) {
  Activity& slot = slots.back();
  slot.events += now.events - sums.events;
  slot.rejected += now.rejected - sums.rejected;
  slot.requests += now.requests - sums.requests;
  slot.applied += now.applied - sums.applied;
  slot.answers += now.answers - sums.answers;
  slot.answer_seconds += now.answer_seconds - sums.answer_seconds;
  slot.delivery_seconds += now.delivery_seconds - sums.delivery_seconds;
  sums = now;
}

}  // namespace flaglinkd
