// HTML that is safe by its type. Markup is only what stands in this program's text, which the
// compiler checks; whatever else goes into it is escaped on the way, so that no text from outside
// can become markup or leave the quotes of an attribute.
//
//   page.Add("<td title=\"{}\">{}</td>", reason, count);
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace flaglinkd {

class Html {
 public:
  // A literal with one "{}" for each value. Braces have no other use in it.
  template <typename... Values>
  struct Form {
    std::string_view text;
    // NOLINTNEXTLINE: a literal is a form
    consteval Form(const char* literal) : text(literal) {
      std::size_t holes = 0;
      for (std::size_t at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) ++holes;
      if (holes != sizeof...(Values)) throw "as many values as there are {}";
    }
  };

  Html() = default;

  // Values are texts, whole numbers and other HTML; texts may be any bytes.
  template <typename... Values>
  Html& Add(Form<std::type_identity_t<Values>...> form, const Values&... values) {
    Fill(form.text, {Piece(values)...});
    return *this;
  }
  template <typename... Values>
  static Html Of(Form<std::type_identity_t<Values>...> form, const Values&... values) {
    Html html;
    html.Fill(form.text, {Piece(values)...});
    return html;
  }

  const std::string& text() const { return text_; }

 private:
  static std::string Piece(std::string_view text);  // escaped; very long ones are cut
  static std::string Piece(const Html& html) { return html.text_; }
  static std::string Piece(std::integral auto number) { return std::to_string(number); }

  void Fill(std::string_view form, std::initializer_list<std::string> pieces);

  std::string text_;
};

}  // namespace flaglinkd
