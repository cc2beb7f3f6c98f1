/// What the files of the desk machine share: desk.cpp (a step, and what can be asked about a session), desk_people.cpp (who sits here),
/// desk_news.cpp (what comes back), desk_queue.cpp, desk_record.cpp and desk_form.cpp (what is pressed). Private to the desk machine.
#pragma once
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "kiosk/desk/desk.h"

namespace yizhan::kiosk::desk {

/// One step: the session being changed and the commands it gives. All decisions of the desk live here.
class Stepper {
 public:
  Stepper(DeskSession session, const Snapshot& world, const Law& law, Tick now)
      : s_(std::move(session)), world_(world), law_(law), now_(now), today_(hall_day(world.now)) {}
  DeskStep run(const DeskAction& action);

 private:
  // -- plumbing ---------------------------------------------------------------------------------------------------------

  std::string next_request() { return fmt::format("{}-{}-{}", s_.seat.origin, s_.seat.run, ++s_.serial); }
  bool busy() const { return s_.waiting && s_.waiting->trouble.empty(); }
  /// True when this press only repeats a command whose answer never came (or is still coming): nothing new may be made.
  bool repeated(const std::string& press);
  void send(std::string press, Command command, std::vector<Command> after = {});
  static std::string request_of(const Command& command);
  QueueCommand ask(QueueOp op, const std::string& ticket);
  const Ticket* listed(const std::string& number) const;
  Draft* draft();
  /// Presses of the pages that are shown while locked.
  bool opens(const DeskAction& action) const;
  void lock(const char* what);

  // -- signing in -----------------------------------------------------------------------------------------------------------

  void forget_pin();
  void follow_sign_in();
  void take_desk(const StaffWho& who);
  void on(const PickPerson& a);
  void on(const PinDigits& a);
  void on(const PinBack&);
  void on(const EnterPin&);
  void on(const LeaveDesk&);

  // -- conflict of interest ---------------------------------------------------------------------------------------------------

  void on(const OpenWithdraw&);
  void on(const WithdrawGo&);
  void leave_serving();
  void serve(Ticket ticket, MatterId matter, bool confirmed);

  // -- what comes back ----------------------------------------------------------------------------------------------------

  void follow();
  void settle_waiting();
  void next_or_rest();
  void stated();
  void queue_done(const sync::QueueAsk& ask, const sync::QueueAnswer& answer);
  void filed(const Outcome& outcome);
  void follow_serving();
  /// Do not make them type it again (need.md 4.5): the application starts with what the citizen already said.
  void fill_draft(const Matter& matter);
  void follow_form();
  void open_wanted();

  // -- presses: the queue ---------------------------------------------------------------------------------------------------

  void on(const News&) {}
  void on(const CallNext&);
  void on(const CallTicket& a);
  void on(const ReadTicket& a);
  void simple(const char* press, QueueOp op);
  void on(const Recall&) { simple("recall", QueueOp::Recall); }
  void on(const Missed&) { simple("missed", QueueOp::Missed); }
  void on(const Hold&);
  void on(const OpenTransfer&);
  void on(const TransferTo& a);
  void on(const TransferGo&);
  /// The hub keeps the time of issue, so the person keeps the place.
  QueueCommand moved(const WindowCode& to, const std::string& reason);

  // -- presses: the record ----------------------------------------------------------------------------------------------------

  void on(const Finish&);
  /// F10 at the mediation room: an outcome that is filled in is stated; a step that is half written is pointed at.
  Checked finish_mediation(const MediatorDraft& d);
  /// The same words again keep their request id, so that a lost acknowledgement states nothing twice.
  void state(const std::string& press, Fact fact, std::vector<Command> after);
  void on(const StatePart& a);
  void on(const ShowStep& a);
  std::string* text_at(const std::string& field);
  std::string* form_text(const std::string& field);
  void written(const std::string& field);
  void on(const Typed& a);
  void on(const Insert& a);
  void on(const Picked& a);
  void form_picked(const std::string& field, int value);
  void on(const PickedWindow& a);
  void on(const Toggled& a);

  // -- presses: recordings ------------------------------------------------------------------------------------------------------

  const Attached* recording(const std::string& hash) const;
  void on(const Play& a);
  void on(const PlayEnded& a);
  void on(const Transcribe& a);
  void on(const StateTranscript&);

  // -- presses: pages, other matters, the form ---------------------------------------------------------------------------------

  void on(const TurnPage& a);
  void on(const OpenNumber&);
  void on(const TakeCall& a);
  void on(const WalkIn&);
  void on(const FormPage& a);
  void on(const FileForm&);
  /// Turns to the page where something is to be mended, unless the page that is open has some.
  void show_problem_page();
  void on(const LeaveForm&);
  void on(const PrintSlip&);
  void on(const GiveCode&);
  void on(const CodeGiven&);
  void on(const ShowId&) { s_.show_id = !s_.show_id; }
  void on(const ShowViewers&) { s_.show_viewers = !s_.show_viewers; }
  void on(const Lock&) { lock("locked"); }
  void on(const Unlock&) { s_.locked = false; }

  DeskSession s_;
  const Snapshot& world_;
  const Law& law_;
  Tick now_;
  Date today_;
  std::vector<Command> commands_;
};

}  // namespace yizhan::kiosk::desk
