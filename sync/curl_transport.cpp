#include "sync/curl_transport.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>

namespace yizhan::sync {
namespace {

constexpr std::size_t header_bytes_max = 64u << 10;
constexpr long slow_bytes_per_second = 200;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct Received {
  Reply reply;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

extern "C" std::size_t yizhan_take_header(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  const std::size_t bytes = size * count;
  received.header_bytes += bytes;  // counts 1xx replies too: a flood of them is as bad as a long header
  if (received.header_bytes > header_bytes_max) {
    received.too_large = true;
    return 0;
  }
  std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) {
    received.reply.headers.clear();
    return bytes;
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  received.reply.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return bytes;
}

extern "C" std::size_t yizhan_take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& received = *static_cast<Received*>(to);
  const std::size_t bytes = size * count;
  // MAXFILESIZE does not stop a chunked reply: the cap is here (sync.md 11).
  if (received.reply.body.size() + bytes > reply_bytes_max) {
    received.too_large = true;
    return 0;
  }
  received.reply.body.append(data, bytes);
  return bytes;
}

extern "C" int yizhan_new_socket(void*, curl_socket_t socket, curlsocktype) {
  // A line that was cut in mid-transfer is noticed by missing acknowledgements, not after the kernel's quarter of an hour.
  const unsigned int no_answer_ms = 20'000;
  static_cast<void>(setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &no_answer_ms, sizeof no_answer_ms));
  return CURL_SOCKOPT_OK;
}

}  // namespace

struct CurlTransport::Impl {
  CurlConfig config;
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  char words[CURL_ERROR_SIZE] = {};
  std::atomic<bool> interrupted{false}, stopped{false};

  template <class Value>
  void set(CURLoption option, Value value) {
    YIZHAN_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK, "libcurl knows all our options");
  }

  void set_up(const Request& request, Span patience, Received& received, curl_slist* headers) {
    curl_easy_reset(easy);
    set(CURLOPT_URL, (config.url + request.target).c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR, config.url.starts_with("https:") ? "https" : "http");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config.connect_patience.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_second);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>((patience.count() + 999) / 1000)));
    // Just fast enough for ever is too slow as well.
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(config.exchange_max, patience * 2).count()));
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_TCP_KEEPIDLE, 30L);
    set(CURLOPT_TCP_KEEPINTVL, 10L);
    set(CURLOPT_SOCKOPTFUNCTION, &yizhan_new_socket);
    set(CURLOPT_UPLOAD_BUFFERSIZE, 256L << 10);
    set(CURLOPT_BUFFERSIZE, 128L << 10);
    set(CURLOPT_ERRORBUFFER, words);
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_HEADERFUNCTION, &yizhan_take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&received));
    set(CURLOPT_WRITEFUNCTION, &yizhan_take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&received));
    if (config.url.starts_with("https:")) {
      set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
      set(CURLOPT_CAINFO, config.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
      set(CURLOPT_SSL_VERIFYPEER, 1L);
      set(CURLOPT_SSL_VERIFYHOST, 2L);
      if (!config.pinned_key.empty()) set(CURLOPT_PINNEDPUBLICKEY, config.pinned_key.c_str());
    }
    if (request.method == "GET") {
      set(CURLOPT_HTTPGET, 1L);
    } else {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
      if (request.method != "POST") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    words[0] = '\0';
  }

  Error failure(CURLcode code, const Received& received) const {
    if (received.too_large) return {Code::Invalid, "the reply is too large"};
    switch (code) {
      // Its word for a header line beyond its own limit, which is above ours.
      case CURLE_OUT_OF_MEMORY: return {Code::Unavailable, "the reply is too large"};
      case CURLE_COULDNT_CONNECT: return {Code::Unavailable, "cannot connect"};
      case CURLE_COULDNT_RESOLVE_HOST: return {Code::Unavailable, "the name cannot be resolved"};
      case CURLE_OPERATION_TIMEDOUT: return {Code::Unavailable, "too slow or silent"};
      case CURLE_PARTIAL_FILE: return {Code::Unavailable, "the reply is cut off"};
      case CURLE_GOT_NOTHING: return {Code::Unavailable, "closed without a reply"};
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR: return {Code::Unavailable, "the connection broke"};
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_WEIRD_SERVER_REPLY: return {Code::Unavailable, "not HTTP"};
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return {Code::Unavailable, std::string("TLS: ") + (words[0] != '\0' ? words : curl_easy_strerror(code))};
      default: return {Code::Unavailable, words[0] != '\0' ? words : curl_easy_strerror(code)};
    }
  }
};

CurlTransport::CurlTransport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CurlTransport::~CurlTransport() {
  if (impl_->easy != nullptr) curl_easy_cleanup(impl_->easy);
  if (impl_->multi != nullptr) curl_multi_cleanup(impl_->multi);
}

Result<std::unique_ptr<CurlTransport>> CurlTransport::make(CurlConfig config) {
  start_library();
  const bool https = config.url.starts_with("https://");
  if (!https && !config.url.starts_with("http://")) return Error{Code::Invalid, "hub url: must begin with http:// or https://"};
  const auto host = config.url.find("//") + 2;
  config.url.erase(std::min(config.url.find('/', host), config.url.size()));
  if (config.url.size() == host) return Error{Code::Invalid, "hub url: no host in it"};
  if (https && (config.ca_file.empty() || ::access(config.ca_file.c_str(), R_OK) != 0))
    return Error{Code::Invalid, "ca: https needs the hall's CA file (" + (config.ca_file.empty() ? "none given" : config.ca_file) + ")"};
  auto impl = std::make_unique<Impl>();
  impl->config = std::move(config);
  impl->multi = curl_multi_init();
  impl->easy = curl_easy_init();
  if (impl->multi == nullptr || impl->easy == nullptr) return Error{Code::Unavailable, "libcurl: no memory"};
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(impl)));
}

Result<Reply> CurlTransport::exchange(const Request& request, Span patience) {
  auto& me = *impl_;
  const bool long_poll = request.target.find("wait=") != std::string::npos;
  const Error broken_off{Code::Unavailable, std::string(interrupted_words)};
  if (me.stopped || (long_poll && me.interrupted.exchange(false))) return broken_off;

  struct List {
    curl_slist* head = nullptr;
    ~List() { curl_slist_free_all(head); }
    void add(const std::string& line) { head = curl_slist_append(head, line.c_str()); }
  } headers;
  headers.add("Expect:");
  headers.add("Accept-Encoding: zstd");
  for (const auto& [name, value] : request.headers) headers.add(name + ": " + value);

  Received received;
  me.set_up(request, patience, received, headers.head);
  if (curl_multi_add_handle(me.multi, me.easy) != CURLM_OK) return Error{Code::Unavailable, "libcurl: no memory"};
  CURLcode outcome = CURLE_OK;
  bool finished = false, cut = false;
  while (!finished && !cut) {
    int running = 0;
    if (curl_multi_perform(me.multi, &running) != CURLM_OK) {
      outcome = CURLE_RECV_ERROR;
      break;
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(me.multi, &left))
      if (message->msg == CURLMSG_DONE) {
        outcome = message->data.result;
        finished = true;
      }
    if (finished) break;
    curl_multi_poll(me.multi, nullptr, 0, 1000, nullptr);
    cut = me.stopped || (long_poll && me.interrupted.exchange(false));
  }
  long status = 0;
  curl_easy_getinfo(me.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle(me.multi, me.easy);
  if (cut) return broken_off;
  if (outcome != CURLE_OK) return me.failure(outcome, received);
  received.reply.status = static_cast<int>(status);
  return std::move(received.reply);
}

void CurlTransport::stop() {
  impl_->stopped = true;
  curl_multi_wakeup(impl_->multi);
}

void CurlTransport::interrupt() {
  impl_->interrupted = true;
  curl_multi_wakeup(impl_->multi);
}

}  // namespace yizhan::sync
