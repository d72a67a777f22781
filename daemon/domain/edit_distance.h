// How many characters must be put in, taken out, replaced or swapped with their neighbour to make
// one word of the other (the optimal string alignment distance), and what a person who mistook a
// word may have meant. Words of more than 64 characters are cut. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flaglinkd {

std::size_t EditDistance(std::string_view from, std::string_view to);

// "did you mean `x`?" with the nearest of the known words, the first of several; "" if none is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

}  // namespace flaglinkd
