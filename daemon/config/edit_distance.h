// How many characters must be put in, taken out, replaced or swapped with their neighbour to make
// one word of the other (the optimal string alignment distance). Words of more than 64 characters
// are cut. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace flaglinkd {

std::size_t EditDistance(std::string_view from, std::string_view to);

}  // namespace flaglinkd
