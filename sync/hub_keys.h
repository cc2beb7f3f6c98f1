/// `hub keys …`: the county's keys, made, signed, handed on, changed and taken back (docs/KEYS.md). Secrets go to files the caller
/// names, readable by their owner only, and nowhere else: not on the screen, not into a log.
#pragma once
#include <functional>
#include <string>

#include "sync/hub_process.h"

namespace CLI {
class App;
}

namespace yizhan::sync {

/// One command (JSON) to the hub on that data directory, running or not; its answer, JSON too. Errors: as the hub said.
using HubCommand = std::function<Result<std::string>(const HubOptions&, const std::string&)>;

/// Adds root, recipient, custodian, escrow, open-escrow, set, rotate, install and init under `keys`; `action` is set to what the
/// chosen one does.
void add_key_ceremonies(CLI::App& keys, HubOptions& options, bool& json, std::function<int()>& action, const HubCommand& command);
/// The key-set in force, in words: versions, validity, fingerprints, who reads what. Nothing when there is none.
void print_key_set(const KeySet& set, Time now);
std::string key_set_to_json(const KeySet& set, Time now);

/// `hub staff …`: people of a hall (docs/KEYS.md).
void add_staff_commands(CLI::App& staff, HubOptions& options, bool& json, std::function<int()>& action, const HubCommand& command);

}  // namespace yizhan::sync
