#!/usr/bin/env bash
# The long campaigns behind the short slices of ./check: more seeds of the simulation, more power cuts, every page on every glass,
# two hundred visits looked for in memory.
#   tests/campaign.sh [SEEDS] [POWER_CUTS]      default 500 and 4000; needs a release build
# A failing seed prints itself; repeat it alone with: YIZHAN_SEED=<seed> build/release/bin/test_sim
set -euo pipefail
cd "$(dirname "$0")/.."
export YIZHAN_SEEDS=${1:-500} YIZHAN_CUTS=${2:-4000}
cmake --build --preset release --target benches  # they must go on compiling
for test in test_sim test_memory test_reach; do
  if [ ! -x "build/release/bin/$test" ]; then
    echo "campaign: build/release/bin/$test is missing; run ./check first" >&2
    exit 2
  fi
done
build/release/bin/test_sim --durations yes
build/release/bin/test_memory "*power*"
cmake --preset dev
cmake --build --preset dev --target test_sync
build/dev/bin/test_sync --reporter compact '~[slow]'  # the protocol under ASan and UBSan
cmake --preset tsan
cmake --build --preset tsan --target test_engine test_sync
for test in test_engine test_sync; do build/tsan/bin/$test --reporter compact '~[slow]'; done  # the threads of a machine and of a hub under ThreadSanitizer
YIZHAN_REACH=full build/release/bin/test_reach
YIZHAN_BIN=build/release/bin python3 tests/e2e/wipe_scan.py 200
# docs/FAULTS.md: the real programs on disks and lines that fail. Each prints a seed and one line; a failing run keeps its files.
export YIZHAN_BIN=build/release/bin
python3 tests/e2e/power_cut.py 200
python3 tests/e2e/kill_cycles.py 1000
python3 tests/e2e/failing_disk.py 1
python3 tests/e2e/hostile_net.py 3
./fuzz --all "${YIZHAN_FUZZ_SECONDS:-300}"  # every parser and boundary (docs/FUZZING.md)
