#include <utility>
#include <vector>

#include "daemon/config/option_rows.h"

namespace flaglinkd {
namespace {

using To = OptionTarget;
using V = OptionValue;

SignatureOptions& SignatureOf(To to) {
  std::optional<SignatureOptions>& signature = to.source->signature;
  return signature ? *signature : signature.emplace();
}

}  // namespace

std::vector<Option> SignatureOptionRows() {
  return {
      {.table = "source.NAME.signature",
       .name = "algorithm",
       .choices = {"hmac-sha1", "hmac-sha256", "hmac-sha512", "ed25519", "token", "basic", "bearer",
                   "jwt-hs256"},
       .otherwise = "required",
       .example = R"("hmac-sha256")",
       .sentence =
           "A MAC or a signature (ed25519: the secret is the public key, \"whpk_\" and base64) of "
           "the signed content; token, basic and bearer: the header holds the secret itself "
           "(basic: "
           "\"user:password\"); jwt-hs256: a JWT that the secret signs. These four do not cover "
           "the "
           "body.",
       .set = [](To to, V& v) { SignatureOf(to).algorithm = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "header",
       .form = &kHeaderForm,
       .otherwise = "\"Authorization\" for basic, bearer and jwt-hs256, \"X-Webhook-Token\" for "
                    "token, else required",
       .example = R"("X-Signature")",
       .sentence = "The header that holds the signature.",
       .set = [](To to, V& v) { SignatureOf(to).header = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "prefix",
       .otherwise = "\"Basic \" for basic, \"Bearer \" for bearer and jwt-hs256, else none",
       .example = R"("sha256=")",
       .sentence = "What the signature begins with, and must.",
       .set = [](To to, V& v) { SignatureOf(to).prefix = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "encoding",
       .choices = {"hex", "base64"},
       .otherwise = "\"hex\", but \"base64\" for ed25519",
       .example = R"("base64")",
       .sentence = "How the signature's bytes are written.",
       .set = [](To to, V& v) { SignatureOf(to).encoding = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "signed_content",
       .otherwise = "\"{body}\"",
       .example = R"("{id}.{timestamp}.{body}")",
       .sentence = "What is signed; {id} and {timestamp} stand for what their headers hold.",
       .set = [](To to, V& v) { SignatureOf(to).signed_content = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "separator",
       .otherwise = "the header holds one signature",
       .example = R"(",")",
       .sentence = "The character between several signatures in the header, any of which may be "
                   "right.",
       .set = [](To to, V& v) { SignatureOf(to).separator = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "key_encoding",
       .choices = {"text", "base64"},
       .otherwise = "\"text\"",
       .example = R"("base64")",
       .sentence = "Whether an HMAC's key is the secret's text or what it is the base64 of.",
       .set = [](To to, V& v) { SignatureOf(to).key_encoding = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "timestamp",
       .form = &kHeaderOrPointerForm,
       .otherwise = "nothing says when it was signed",
       .example = R"("X-Request-Time")",
       .sentence =
           "The signed time, in a header or at a JSON Pointer into the body. One outside of "
           "`tolerance` is refused; its default is five minutes, for a time in the body a "
           "day.",
       .set = [](To to, V& v) { SignatureOf(to).timestamp = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "timestamp_unit",
       .choices = {"s", "ms", "iso8601"},
       .otherwise = "\"s\"",
       .example = R"("ms")",
       .sentence = "How that time is written.",
       .set = [](To to, V& v) { SignatureOf(to).timestamp_unit = std::move(v.text); }},
      {.table = "source.NAME.signature",
       .name = "id",
       .form = &kHeaderForm,
       .otherwise = "none",
       .example = R"("X-Request-Id")",
       .sentence = "The header that {id} stands for.",
       .set = [](To to, V& v) { SignatureOf(to).id = std::move(v.text); }},
  };
}

}  // namespace flaglinkd
