#!/usr/bin/env bash
# Brings what Yizhan needs to a Debian 12 or 13 machine. Idempotent: a second run takes about a second.
#   packaging/setup.sh            everything (build, tests, the demo)
# Three parts: Debian packages; Catch2 3 (on Debian 12 from its backports); Dear ImGui 1.92 from Debian's source package.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
. /etc/os-release
case "${ID:-}:${VERSION_ID:-}" in
  debian:12) boost=libboost1.81-dev ;;
  debian:13) boost=libboost-dev ;;
  *) echo "setup: Yizhan builds on Debian 12 and 13; this is ${PRETTY_NAME:-unknown}. Trying the Debian 13 names." >&2; boost=libboost-dev ;;
esac
packages=(g++ cmake ninja-build pkg-config dpkg-dev debian-archive-keyring ca-certificates xz-utils
  "$boost" libsdl2-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev nlohmann-json3-dev libcli11-dev libspdlog-dev
  libfmt-dev libtomlplusplus-dev libsodium-dev libzstd-dev libpango1.0-dev libcairo2-dev librime-dev librime-bin
  rime-data-pinyin-simp libunibreak-dev libqrencode-dev libfreetype-dev libpng-dev fonts-noto-cjk fonts-noto-cjk-extra fonts-hanazono
  fonts-lxgw-wenkai fonts-arphic-ukai fonts-arphic-gkai00mp fonts-cns11643-kai fonts-seto fonts-kiloji libeigen3-dev
  libasound2-dev libopusenc-dev libopusfile-dev libsonic-dev libp11-kit-dev libespeak-ng-dev espeak-ng-data
  clang llvm libclang-rt-dev
  unicode-data zstd gettext openssl sqlite3 python3 procps e2fsprogs mount psmisc
  softhsm2 opensc xvfb xauth xdotool x11-utils x11-apps imagemagick xserver-xorg-core xserver-xorg-video-dummy xserver-xorg-dev)
missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${#missing[@]} packages: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# The Debian mirror this machine's own apt already uses; nothing here names a host.
mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | grep -E '/debian/?$' | head -n 1; }

# Catch2 3: in Debian 13; in Debian 12 only in backports, read through a private list so that apt's own view stays as it was.
have_catch2_3() { [ "$(dpkg-query -W -f='${Version}' catch2 2>/dev/null | cut -d. -f1)" = 3 ]; }
if ! have_catch2_3; then
  if [ "${VERSION_ID:-}" = 12 ]; then
    s=$(mktemp -d); mkdir -p "$s/lists/partial" "$s/archives/partial"
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$(mirror)" > "$s/b.sources"
    o=(-q -o "Dir::Etc::sourcelist=$s/b.sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$s/lists" -o "Dir::Cache=$s"
       -o "Dir::Cache::archives=$s/archives" -o Acquire::Languages=none -o APT::Sandbox::User=root)
    as_root apt-get "${o[@]}" update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${o[@]}" install -y --no-install-recommends -t bookworm-backports catch2
    as_root rm -rf "$s"
  else
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends catch2
  fi
  have_catch2_3 || { echo "setup: Catch2 3 could not be installed (needed by the tests)" >&2; exit 1; }
fi

"$here/packaging/fetch_imgui.sh" "$here/third_party/imgui"
