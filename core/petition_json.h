/// A petition as JSON text, for help drafts, sealed envelopes and batch files. Strings only: no JSON type leaves core.
#pragma once
#include <string>
#include <string_view>

#include "core/petition.h"
#include "core/result.h"

namespace yizhan {

/// Every field, keys sorted, enums as words. A draft may hold bytes that are no UTF-8 (a broken reader, a cut paste): they
/// become U+FFFD here, so that a helper sees where something is missing; a validated petition has none.
std::string encode_petition(const Petition& petition);
/// Fields that are missing keep their defaults, unknown ones are ignored.
/// Errors: Invalid "<field>: …" (not JSON, a wrong type, an unknown word).
Result<Petition> decode_petition(std::string_view json);

}  // namespace yizhan
