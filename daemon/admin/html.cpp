#include "daemon/admin/html.h"

#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kMostCharacters = 2000;  // as long as a deep link may be

}  // namespace

std::string Html::Piece(std::string_view text) {
  std::string escaped;
  for (const char c : EscapeForLine(text, kMostCharacters)) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

void Html::Fill(std::string_view form, std::initializer_list<std::string> pieces) {
  for (const std::string& piece : pieces) {
    const std::size_t hole = form.find("{}");
    text_.append(form.substr(0, hole)).append(piece);
    form.remove_prefix(hole + 2);
  }
  text_ += form;
}

}  // namespace flaglinkd
