// kiosk-line.so: the one part of the kiosk that links libcurl.
#include "kiosk/engine/line.h"
#include "sync/curl_transport.h"

namespace {

using namespace yizhan;

class CurlLine final : public kiosk::Line {
 public:
  explicit CurlLine(std::unique_ptr<sync::CurlTransport> curl) : curl_(std::move(curl)) {}
  Result<sync::Reply> exchange(const sync::Request& request, Span patience) override { return curl_->exchange(request, patience); }
  void interrupt() override { curl_->interrupt(); }
  void stop() override { curl_->stop(); }

 private:
  std::unique_ptr<sync::CurlTransport> curl_;
};

}  // namespace

extern "C" kiosk::Line* yizhan_open_line(const char* url, const char* ca_file, std::int64_t connect_ms, Error* trouble);
extern "C" kiosk::Line* yizhan_open_line(const char* url, const char* ca_file, std::int64_t connect_ms, Error* trouble) {
  auto curl = sync::CurlTransport::make({url, ca_file, {}, Span{connect_ms}});
  if (curl) return new CurlLine(std::move(*curl));
  *trouble = curl.error();
  return nullptr;
}
