#include "daemon/deliver/concurrency.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>

namespace flaglinkd {
namespace {

using Result = AttemptOutcome::Result;

// g: good, l: a 429, r: a 5xx, x: lost, t: a refused token.
AttemptOutcome Answer(char sign) {
  AttemptOutcome answer;
  switch (sign) {
    case 'g':
      answer.result = Result::kDone;
      answer.answered = true;
      break;
    case 'l': answer.result = Result::kRateLimited; break;
    case 'r': answer.result = Result::kRetry; break;
    case 'x': answer.result = Result::kLost; break;
    case 't': answer.result = Result::kUnauthorized; break;
  }
  return answer;
}

struct Course {
  const char* name;
  int most;
  std::string answers;
  int limit;
};

void PrintTo(const Course& course, std::ostream* out) {
  *out << course.name;
}

class ConcurrencyAfter : public testing::TestWithParam<Course> {};

TEST_P(ConcurrencyAfter, TheseAnswers) {
  Concurrency concurrency(GetParam().most);
  for (const char sign : GetParam().answers) concurrency.Learn(Answer(sign));
  EXPECT_EQ(concurrency.limit(), GetParam().limit);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ConcurrencyAfter,
    testing::Values(Course{"None", 8, "", 1}, Course{"OneGood", 8, "g", 2},
                    Course{"OneGoodIsNotEnoughForThree", 8, "gg", 2},
                    Course{"ThreeGood", 8, "ggg", 3}, Course{"SixGood", 8, "gggggg", 4},
                    Course{"AllAtTheMost", 2, "gggggggggg", 2}, Course{"MostOfOne", 1, "gggg", 1},
                    Course{"A429Halves", 8, "ggggggl", 2}, Course{"A5xxHalves", 8, "ggggggr", 2},
                    Course{"ALostOneHalves", 8, "ggggggx", 2},
                    Course{"HalfOfThreeIsOne", 8, "gggl", 1},
                    Course{"NeverBelowOne", 8, "gggxxxxxx", 1},
                    Course{"PressureBreaksTheRow", 8, "gggggxg", 2},
                    Course{"ARefusedTokenIsNoPressure", 8, "gggggtg", 4},
                    Course{"GrowsAgain", 8, "gggggglggg", 3}),
    [](const auto& course) { return std::string(course.param.name); });

}  // namespace
}  // namespace flaglinkd
