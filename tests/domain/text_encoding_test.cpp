#include "daemon/domain/text_encoding.h"

#include <gtest/gtest.h>

namespace flaglinkd {
namespace {

TEST(TextEncoding, HexIsReadInEitherCase) {
  EXPECT_EQ(DecodeHex("00fFAb"), std::string("\x00\xff\xab", 3));
  EXPECT_EQ(DecodeHex(""), "");
}

TEST(TextEncoding, WhatIsNotHexDecodesToNothing) {
  for (const char* text : {"0", "0g", "0x", " 00", "00 ", "zz", "000"}) {
    EXPECT_EQ(DecodeHex(text), std::nullopt) << text;
  }
}

// RFC 4648, section 10.
TEST(TextEncoding, Base64IsThatOfTheStandard) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "+//+"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes);
  }
}

TEST(TextEncoding, OnlyOneTextDecodesToTheSameBytes) {
  // Missing, misplaced and excess padding; the URL alphabet; white space; bits that no byte uses.
  for (const char* text : {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm8=\n", " Zm8=", "-__-",
                           "Zh==", "Zm9=", "Zm=v", "Z", "Zm9v="}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
}

TEST(TextEncoding, TheAlphabetForUrlsIsNotPadded) {
  EXPECT_EQ(EncodeBase64Url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(EncodeBase64Url("f"), "Zg");
  EXPECT_EQ(DecodeBase64Url("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(DecodeBase64Url(""), "");
  for (const char* text : {"Zg==", "+//+", "Zh", "Z", "Zm 8", "Zg="}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
}

TEST(TextEncoding, EveryByteSurvivesBothEncodings) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(DecodeHex(EncodeHex(bytes.substr(0, size))), bytes.substr(0, size));
    EXPECT_EQ(DecodeBase64(EncodeBase64(bytes.substr(0, size))), bytes.substr(0, size));
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes.substr(0, size))), bytes.substr(0, size));
  }
}

}  // namespace
}  // namespace flaglinkd
