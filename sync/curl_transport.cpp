#include "sync/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace yizhan::sync {

namespace {

struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Collected {
  Reply reply;
  bool too_large = false;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& got = *static_cast<Collected*>(user);
  const std::size_t n = size * count;
  // The cap is here because MAXFILESIZE does not stop a chunked reply before curl 8.4 (Debian 12 has 7.88).
  if (got.reply.body.size() + n > reply_bytes_max) {
    got.too_large = true;
    return 0;
  }
  got.reply.body.append(bytes, n);
  return n;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& got = *static_cast<Collected*>(user);
  std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {
    got.reply.headers.clear();  // a 100-continue came before
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos && got.reply.headers.size() < 100) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) value.remove_suffix(1);
    got.reply.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return size * count;
}

}  // namespace

struct CurlTransport::Impl {
  CurlOptions options;
  CURL* easy = nullptr;
  CURLM* multi = nullptr;
  std::atomic<bool> interrupted{false}, stopped{false};
  ~Impl() {
    if (multi != nullptr) curl_multi_cleanup(multi);
    if (easy != nullptr) curl_easy_cleanup(easy);
  }
};

CurlTransport::CurlTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlTransport::~CurlTransport() = default;

Result<std::unique_ptr<CurlTransport>> CurlTransport::open(const CurlOptions& options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!options.base_url.starts_with("http://") && !options.base_url.starts_with("https://"))
    return Error{Code::Invalid, "hub: the address must start with http:// or https://"};
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  while (!impl->options.base_url.empty() && impl->options.base_url.back() == '/') impl->options.base_url.pop_back();
  impl->easy = curl_easy_init();
  impl->multi = curl_multi_init();
  if (impl->easy == nullptr || impl->multi == nullptr) return Error{Code::Unavailable, "transport: libcurl gave no handle"};
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(impl)));
}

void CurlTransport::interrupt() {
  impl_->interrupted = true;
  curl_multi_wakeup(impl_->multi);
}

void CurlTransport::stop() {
  impl_->stopped = true;
  curl_multi_wakeup(impl_->multi);
}

Result<Reply> CurlTransport::exchange(const Request& request, Span patience) {
  CURL* const easy = impl_->easy;
  Collected got;
  std::unique_ptr<curl_slist, ListFree> headers;
  const auto add = [&](const std::string& line) {
    if (curl_slist* grown = curl_slist_append(headers.get(), line.c_str()); grown != nullptr) {
      (void)headers.release();
      headers.reset(grown);
    }
  };
  for (const Header& h : request.headers) add(h.name + ": " + h.value);
  add("Expect:");  // a 100-continue costs a round trip, and a hung peer could use it to stall
  curl_easy_reset(easy);
  const std::string url = impl_->options.base_url + request.target;
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method != "GET") {
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  // Never the system's authorities: the hub's certificate comes from the hall's own.
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(CURLOPT_CAINFO, impl_->options.ca_file.empty() ? static_cast<const char*>(nullptr) : impl_->options.ca_file.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(impl_->options.connect_patience.count()));
  // Progress is measured, not the whole time: a deadline would kill an honest upload on a slow line.
  set(CURLOPT_LOW_SPEED_LIMIT, 200L);
  set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>((patience.count() + 999) / 1000)));
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, &got);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &got);
  char words[CURL_ERROR_SIZE] = "";
  set(CURLOPT_ERRORBUFFER, words);

  curl_multi_add_handle(impl_->multi, easy);
  CURLcode code = CURLE_OK;
  bool finished = false;
  while (!finished && !impl_->interrupted && !impl_->stopped) {
    int active = 0;
    if (curl_multi_perform(impl_->multi, &active) != CURLM_OK) break;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(impl_->multi, &left))
      if (message->msg == CURLMSG_DONE) {
        code = message->data.result;
        finished = true;
      }
    if (!finished) curl_multi_poll(impl_->multi, nullptr, 0, 60'000, nullptr);
  }
  impl_->interrupted = false;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle(impl_->multi, easy);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (got.too_large) return Error{Code::Invalid, "transport: the reply is larger than 16 MiB"};
  if (!finished) return Error{Code::Unavailable, "interrupted"};
  if (code != CURLE_OK) return Error{Code::Unavailable, std::string("no answer: ") + (words[0] != '\0' ? words : curl_easy_strerror(code))};
  got.reply.status = static_cast<int>(status);
  return std::move(got.reply);
}

}  // namespace yizhan::sync
