// Cards as a reader gives them: read once, whole or not at all.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "kiosk/devices/id_reader.h"
#include "world.h"

using namespace engine_tests;

TEST_CASE("a card is read once, and again only after it was taken away", "[devices][card]") {
  Folder folder;
  const auto reader = simulated_reader(folder.path);
  REQUIRE(reader->state() == DeviceState::Ready);
  CHECK_FALSE(*reader->poll());
  const std::string card = "name=赵德福\nnumber=440599195103120413\naddress=云栖县幸福里一号\nend\n";
  write(folder / "card.txt", card);
  const auto person = reader->poll();
  REQUIRE(person);
  REQUIRE(*person);
  CHECK((*person)->name == "赵德福");
  CHECK((*person)->document == DocumentKind::ResidentId);
  CHECK_FALSE(*reader->poll());
  fs::remove(folder / "card.txt");
  CHECK_FALSE(*reader->poll());
  write(folder / "card.txt", card);
  CHECK(*reader->poll());
}

TEST_CASE("a card pulled early, an unreadable one and a reader that goes away are told apart", "[devices][card]") {
  Folder folder;
  const auto reader = simulated_reader(folder.path);
  write(folder / "card.txt", "name=赵德福\nnumber=44059919510312");
  CHECK(reader->poll().error().what == "card: pulled");
  write(folder / "card.txt", "name=赵德福\nnumber=440599195103120414\nend\n");
  CHECK(reader->poll().error().what == "card: unreadable");
  write(folder / "card.txt", "name=\xff\xfe\nnumber=440599195103120413\nend\n");
  CHECK(reader->poll().error().what == "card: unreadable");
  write(folder / "reader.state", "reader=absent\n");
  CHECK(reader->state() == DeviceState::Absent);
  CHECK(reader->poll().error().code == Code::Unavailable);
}

TEST_CASE("each kind of card is named by its number, and lines nobody knows are passed over", "[devices][card]") {
  struct Row { const char *number, *canonical; DocumentKind document; };
  for (const Row& row : std::vector<Row>{{"440599195103120413", "440599195103120413", DocumentKind::ResidentId},
                                         {"810000199408230021", "810000199408230021", DocumentKind::ResidencePermit},
                                         {"FRA110000000001", "FRA110000000001", DocumentKind::ForeignPermanentResident}}) {
    INFO(row.number);
    Folder folder;
    const auto reader = make_reader("simulated", folder.path);
    write(folder / "card.txt", std::string("\r\nname=林小满\r\nno sign of equality\nnation=1=2\nnumber=") + row.number + "\r\nend\nname=After\n");
    const auto card = reader->poll();
    REQUIRE(card);
    REQUIRE(*card);
    CHECK((*card)->name == "林小满");
    CHECK((*card)->number == row.canonical);
    CHECK((*card)->document == row.document);
  }
}

TEST_CASE("a card too long for a card is unreadable, and a reader that was away reads the same card anew", "[devices][card]") {
  Folder folder;
  const auto reader = simulated_reader(folder.path);
  const std::string card = "name=林小满\nnumber=440599195103120413\nend\n";
  write(folder / "card.txt", card + std::string(4096, '\n'));
  CHECK(reader->poll().error().what == "card: unreadable");
  write(folder / "card.txt", "name=\nnumber=440599195103120413\nend\n");
  CHECK(reader->poll().error().what == "card: unreadable");
  write(folder / "card.txt", card);
  REQUIRE(*reader->poll());
  write(folder / "reader.state", "reader=absent\n");
  CHECK_FALSE(reader->poll());
  write(folder / "reader.state", "reader=ok\n");
  CHECK(*reader->poll());
}

TEST_CASE("a folder where the card's file should be is an unreadable card", "[devices][card][bad_input]") {
  Folder folder;
  fs::create_directories(folder / "card.txt/x");
  CHECK(simulated_reader(folder.path)->poll().error().what == "card: unreadable");
}

TEST_CASE("a machine whose settings say none has no reader and never a card", "[devices][card]") {
  Folder folder;
  write(folder / "card.txt", "name=林小满\nnumber=440599195103120413\nend\n");
  const auto reader = make_reader("none", folder.path);
  CHECK(reader->state() == DeviceState::Absent);
  const auto card = reader->poll();
  REQUIRE(card);
  CHECK_FALSE(*card);
}
