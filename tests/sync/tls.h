/// A private CA and one server certificate for 127.0.0.1, minted by openssl for one test.
#pragma once
#include "kit.h"

namespace yizhan::sync::kit {

struct Tls {
  TempDir dir;
  std::string ca, cert, key;
  explicit Tls(const std::string& host = "127.0.0.1") {
    ca = dir / "ca.pem", cert = dir / "hub.pem", key = dir / "hub.key";
    const bool number = host.find_first_not_of("0123456789.") == std::string::npos;
    const std::string commands = "cd " + dir.path +
        " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca"
        " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout hub.key -out hub.csr -subj /CN=hub"
        " && printf 'subjectAltName=" + (number ? "IP:" : "DNS:") + host + "' > ext"
        " && openssl x509 -req -in hub.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out hub.pem -days 2 -extfile ext";
    REQUIRE(std::system(("(" + commands + ") >/dev/null 2>&1").c_str()) == 0);
  }
};

}  // namespace yizhan::sync::kit
