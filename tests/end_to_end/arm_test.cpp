// A sender that brings its secret along: the handshake, from `flaglinkd arm` to a signed webhook
// after a restart, through the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kBrought = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

class Arm : public testing::Test {
 protected:
  void Start() {
    world_.WriteConfiguration("", "[source.asana]\nsecrets = [{ file = \"asana.secret\" }]\n");
    world_.Start();
  }
  std::pair<int, std::string> Run(const std::string& arguments) {
    return world_.RunProgram(arguments + " --config " +
                             (world_.folder / "flaglinkd.toml").string());
  }
  HttpAnswer Handshake(const std::string& secret) {
    return world_.Post("/hooks/asana", {{"x-hook-secret", secret}}, "");
  }
  int PostSigned() {
    const std::string body = R"({"events":[]})";
    return world_
        .Post("/hooks/asana",
              {{"x-hook-signature", OpenSslHmac(world_.folder, kBrought, body)},
               {"content-type", "application/json"}},
              body)
        .status;
  }
  std::string File() const {
    std::ifstream stream(world_.folder / "asana.secret", std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  World world_;
};

TEST_F(Arm, AHandshakesSecretIsTakenOnceKeptAndInForceAtOnce) {
  Start();
  EXPECT_THAT(Run("check").second, HasSubstr("no secret yet: `flaglinkd arm asana`"));
  EXPECT_EQ(Run("sign asana " + (world_.folder / "token").string()).first, 1);
  EXPECT_EQ(Handshake(kBrought).status, 401);
  EXPECT_EQ(PostSigned(), 401);

  const auto [code, output] = Run("arm asana");
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, HasSubstr("source asana is armed until 2"));
  const HttpAnswer answer = Handshake(kBrought);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers, Contains(Header{"x-hook-secret", kBrought}));
  EXPECT_EQ(File(), std::string(kBrought) + "\n");
  struct stat state {};
  ASSERT_EQ(::stat((world_.folder / "asana.secret").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 07777, 0600u);
  EXPECT_EQ(PostSigned(), 200);
  EXPECT_EQ(Handshake("somebody else's").status, 401);
  EXPECT_EQ(Run("arm asana").first, 1);
  EXPECT_THAT(world_.Metrics(), Not(HasSubstr(kBrought)));

  EXPECT_EQ(world_.daemon().Terminate(), 0);
  Start();
  EXPECT_EQ(PostSigned(), 200);
  EXPECT_EQ(Run("arm jira").first, 2);
  EXPECT_EQ(Run("arm nobody").first, 1);
}

}  // namespace
}  // namespace flaglinkd
