#!/usr/bin/env bash
# fetch_imgui.sh DEST: Dear ImGui 1.92 as Debian packages its source, for building in the tree.
# Debian 12 ships 1.86 and 13 ships 1.90: static glyph atlas, 16-bit characters; neither can show every Chinese name.
# The newer suite stays invisible to the machine's own apt: private list, private state, deb-src only, pinned by hash.
set -euo pipefail
dest=$(readlink -m "${1:?usage: fetch_imgui.sh DEST}")
version=1.92.2b+ds-1
cache=${YIZHAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/yizhan}/imgui
stamp="$dest/.yizhan-$version"
[ -f "$stamp" ] && exit 0
mkdir -p "$cache"
cd "$cache"
cat > SHA256SUMS <<'SUMS'
ca9d561ab86e0a8ec10438ec32cdbdd6ec783550e06a63c1b8042ec50899f80d  imgui_1.92.2b+ds-1.debian.tar.xz
0f236215e7c81c0a28122a6f8bfb534c0d9880ba59ebd89f1f096e08442de9f6  imgui_1.92.2b+ds-1.dsc
e7bd201d56b5ee90d24d5dac85e5c12f98bdb95410252a62d27b7f89e4566d48  imgui_1.92.2b+ds.orig.tar.xz
SUMS
if ! sha256sum --quiet -c SHA256SUMS 2>/dev/null; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | grep -E '/debian/?$' | head -n 1)
  : "${mirror:?setup: apt on this machine names no Debian mirror}"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch"/lists/partial "$scratch"/archives/partial
  found=0
  for suite in forky sid; do
    # The hashes above replace the freshness check, so an old mirror copy is as good as a new one.
    printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nCheck-Valid-Until: no\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
      "$mirror" "$suite" > "$scratch/src.sources"
    options=(-q -o "Dir::Etc::sourcelist=$scratch/src.sources" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferences=-
             -o Dir::Etc::preferencesparts=- -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch"
             -o "Dir::Cache::archives=$scratch/archives" -o Acquire::Languages=none)
    [ "$(id -u)" = 0 ] && options+=(-o APT::Sandbox::User=root)
    if apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only "imgui=$version"; then found=1; break; fi
  done
  if [ "$found" != 1 ]; then
    echo "setup: imgui $version is in neither suite of this mirror any more; put its three source files in $cache by hand or raise the pin" >&2
    exit 1
  fi
  sha256sum -c SHA256SUMS
fi
rm -rf "$dest"
mkdir -p "$(dirname "$dest")"
dpkg-source --no-check -x "imgui_$version.dsc" "$dest"
touch "$stamp"
