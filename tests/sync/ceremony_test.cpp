// `hub keys …` as a county clerk runs it.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "core/envelope.h"
#include "core/key_set.h"
#include "program.h"
#include "sync/hub_process.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;
namespace fs = std::filesystem;

namespace {

struct Clerk {
  TempDir dir;
  std::string at(const std::string& name) const { return dir.path + "/" + name; }
  Ran keys(std::vector<std::string> words) {
    words.insert(words.begin(), "keys");
    return run_hub(words);
  }
  void done(std::vector<std::string> words) {
    const auto ran = keys(std::move(words));
    INFO(ran.err);
    REQUIRE(ran.code == 0);
  }
  KeyPair pair(const std::string& file) {
    std::ifstream in(file);
    KeyPair key;
    REQUIRE(in >> key.public_hex >> key.secret_hex);
    return key;
  }
  std::string text(const std::string& file) { return must(read_small_file(file)); }
  KeySet set(const std::string& file) { return must(decode_key_set(text(file))); }
  void init() { done({"init", "--out", at("keys"), "--halls", "440583-H01,440583-H02", "--data", at("county"), "--county", "--origin", "440583-C"}); }
};

}  // namespace

TEST_CASE("one command makes a new county's keys, a folder for each bearer, and puts them in force", "[ceremony][process]") {
  Clerk clerk;
  clerk.init();
  const KeySet set = clerk.set(clerk.at("keys/public/key_set-1.json"));
  CHECK(set.version == 1);
  CHECK(set.recipients.size() == 5);
  CHECK(set.escrow.size() == 3);
  CHECK(must(recipients_of(set, SealClass::Ordinary, "440583-H02")).size() == 3);
  CHECK(must(recipients_of(set, SealClass::Accusation, "440583-H02")).size() == 2);
  // Secrets lie in their bearers' folders only, for the owner only, and stand in nothing that was printed or is public.
  int secrets = 0;
  for (const auto& entry : fs::recursive_directory_iterator(clerk.at("keys"))) {
    struct stat info {};
    REQUIRE(::stat(entry.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 077) == 0);
    if (entry.path().extension() != ".secret") continue;
    ++secrets;
    CHECK(entry.path().parent_path().filename() != "public");
    const auto secret = clerk.pair(entry.path()).secret_hex;
    for (const auto& open : fs::directory_iterator(clerk.at("keys/public"))) CHECK(clerk.text(open.path()).find(secret) == std::string::npos);
  }
  CHECK(secrets == 8);  // root, county, discipline, two halls, three custodians; escrow's is nowhere
  const auto shown = run_hub({"keys", "show", "--data", clerk.at("county")});
  CHECK(shown.code == 0);
  CHECK(shown.out.find("version 1") != std::string::npos);
  CHECK(shown.out.find("accusations of every hall are read by      D-") != std::string::npos);
  // Never over something that is there.
  CHECK(clerk.keys({"init", "--out", clerk.at("keys"), "--halls", "440583-H01"}).code == 1);
}

TEST_CASE("any two custodians open the escrow key, one alone does not, and it opens what was sealed", "[ceremony][process]") {
  Clerk clerk;
  clerk.init();
  const KeySet set = clerk.set(clerk.at("keys/public/key_set-1.json"));
  const MatterId matter = make_matter_id("440583-K01", *parse_date("2026-11-20"), 1);
  const KeyPair kiosk = make_sign_keys();
  const EnvelopeHead head{1, matter, "440583-K01", HandClock{}.wall(), 1};
  const auto envelope = must(seal_envelope("要求核查工程款去向", head, must(recipients_of(set, SealClass::Accusation, "440583-H01")), kiosk.secret_hex));
  const auto key_of = [&](int who) { return clerk.at("keys/custodian-" + std::to_string(who) + "/custodian-" + std::to_string(who) + ".secret"); };
  int opened = 0;
  for (int a = 1; a <= 3; ++a)
    for (int b = 1; b <= 3; ++b) {
      if (a == b) continue;
      const std::string first = clerk.at("turn-" + std::to_string(a) + std::to_string(b)), last = first + ".key";
      const auto one = clerk.keys({"open-escrow", "--share", clerk.at("keys/public/key_set-1.json"), "--key", key_of(a), "--out", first});
      if (one.code != 0) {  // of every pair one goes first; the words say so
        CHECK(one.err.find("let another custodian take it") != std::string::npos);
        continue;
      }
      CHECK(clerk.text(first).find("shares") != std::string::npos);
      CHECK(clerk.keys({"open-escrow", "--share", first, "--key", key_of(a), "--out", first + ".alone"}).code != 0);
      if (clerk.keys({"open-escrow", "--share", first, "--key", key_of(b), "--out", last}).code != 0) continue;
      ++opened;
      CHECK(must(open_envelope(envelope, matter, clerk.pair(last))) == "要求核查工程款去向");
    }
  CHECK(opened == 3);
}

TEST_CASE("the next set rotates, revokes and keeps the old keys for opening", "[ceremony][process]") {
  Clerk clerk;
  clerk.init();
  const std::string root = clerk.at("keys/root/root.secret"), first = clerk.at("keys/public/key_set-1.json"), second = clerk.at("2.json"), third = clerk.at("3.json");
  clerk.done({"rotate", "hall", "--hall", "440583-H01", "--id", "H01-next", "--secret", clerk.at("h01.secret"), "--root", root, "--current", first, "--out", second});
  const KeySet two = clerk.set(second);
  CHECK(two.version == 2);
  CHECK(must(recipients_of(two, SealClass::Ordinary, "440583-H01"))[0] == clerk.pair(clerk.at("h01.secret")).public_hex);
  clerk.done({"set", "--root", root, "--current", second, "--revoke", "H01-next,440583-K07", "--out", third});
  const KeySet three = clerk.set(third);
  CHECK(three.version == 3);
  CHECK(three.revoked == std::vector<std::string>{"H01-next", "440583-K07"});
  CHECK(must(recipients_of(three, SealClass::Ordinary, "440583-H01"))[0] == must(recipients_of(clerk.set(first), SealClass::Ordinary, "440583-H01"))[0]);
  clerk.done({"install", third, "--data", clerk.at("county")});
  CHECK(clerk.keys({"install", second, "--data", clerk.at("county")}).code == 1);  // never back
  // Nothing that would leave a kind of matter unread, and no forged root.
  const auto last = clerk.keys({"set", "--root", root, "--current", third, "--revoke", clerk.set(first).recipients[1].id, "--out", clerk.at("4.json")});
  CHECK(last.code == 1);
  CHECK(last.err.find("discipline") != std::string::npos);
  clerk.done({"root", "--secret", clerk.at("other.root")});
  CHECK(clerk.keys({"set", "--root", clerk.at("other.root"), "--current", third, "--revoke", "440583-K08", "--out", clerk.at("5.json")}).code == 1);
  CHECK_FALSE(fs::exists(clerk.at("4.json")));
}

TEST_CASE("a wrong word of the clerk is answered with the field, what is wrong and what to do", "[ceremony][process]") {
  Clerk clerk;
  clerk.init();
  const std::string root = clerk.at("keys/root/root.secret"), set = clerk.at("keys/public/key_set-1.json");
  struct Row { std::vector<std::string> words; const char* says; };
  const Row rows[] = {
      {{"recipient", "hall", "--id", "x", "--secret", clerk.at("a")}, "hall: whose duty key is it? --hall 440583-H01"},
      {{"recipient", "county", "--hall", "440583-H01", "--id", "x", "--secret", clerk.at("a")}, "hall: only a hall's duty key has one"},
      {{"recipient", "county", "--id", "x", "--secret", root}, "exists already"},
      {{"escrow", "--id", "E", "--custodian", clerk.at("keys/public/custodian-1.pub"), "--out", clerk.at("e")}, "exactly three"},
      {{"escrow", "--id", "E", "--custodian", clerk.at("keys/public/custodian-1.pub"), "--custodian", clerk.at("keys/public/custodian-1.pub"), "--custodian",
        clerk.at("keys/public/custodian-2.pub"), "--out", clerk.at("e")},
       "the same custodian twice"},
      {{"set", "--root", clerk.at("nowhere"), "--current", set, "--out", clerk.at("s")}, "root:"},
      {{"set", "--root", root, "--current", root, "--out", clerk.at("s")}, "current:"},
      {{"set", "--root", root, "--current", set, "--add", set, "--out", clerk.at("s")}, "add:"},
      {{"set", "--root", root, "--current", set, "--revoke", "nobody", "--out", clerk.at("s")}, "revoke: nobody is neither"},
      {{"set", "--root", root, "--current", set, "--until", "2020-01-01", "--out", clerk.at("s")}, "until: lies in the past"},
      {{"install", root, "--data", clerk.at("county")}, "file:"},
      {{"open-escrow", "--share", root, "--key", root, "--out", clerk.at("o")}, "key:"},
  };
  for (const auto& row : rows) {
    const auto ran = clerk.keys(row.words);
    INFO(row.says << " // " << ran.err);
    CHECK(ran.code != 0);
    CHECK(ran.err.find(row.says) != std::string::npos);
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
    CHECK(ran.err.find(clerk.pair(root).secret_hex) == std::string::npos);
  }
}
