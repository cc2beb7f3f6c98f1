#!/usr/bin/env bash
# Line coverage of the parser files by the corpora (with what longer runs found, if there is any) and by the rooms' unit tests:
#   tests/fuzz/coverage.sh          the table; exit 1 when a file is below 95 %
#   tests/fuzz/coverage.sh FILE     the lines of FILE that nothing reached
set -euo pipefail
cd "$(dirname "$0")/../.."
exec </dev/null
packaging/setup.sh
out=build/coverage rooms=(fuzz_text fuzz_law fuzz_wire fuzz_hub fuzz_kiosk) tests=(test_law test_memory test_writing test_parsers)
export CCACHE_BASEDIR=  # llvm-cov looks for files by their whole names
[ -f $out/build.ninja ] || cmake --preset coverage >/dev/null
cmake --build --preset coverage --target fuzz "${tests[@]}" >$out/build.log 2>&1 || { tail -n 20 $out/build.log >&2; exit 1; }
rm -rf $out/profiles && mkdir -p $out/profiles
export LLVM_PROFILE_FILE="$PWD/$out/other-%p.profraw"  # of programs that are only asked for their list
for room in "${rooms[@]}"; do
  LLVM_PROFILE_FILE="$out/profiles/$room.profraw" $out/bin/$room --changes 0 --corpus tests/fuzz/corpus >/dev/null
  # What longer runs found, where there is any: a folder with the same names.
  for folder in build/fuzz/found/*/; do
    [ -d "$folder" ] || continue
    name=$(basename "$folder")
    $out/bin/$room --list | cut -f1 | grep -x "$name" >/dev/null || continue  # another room's, or no target any more
    [ -n "$(ls -A "$folder")" ] || continue
    LLVM_PROFILE_FILE="$out/profiles/$room-$name.profraw" $out/bin/$room --changes 0 --corpus build/fuzz/found "$name" >/dev/null
  done
done
for test in "${tests[@]}"; do
  LLVM_PROFILE_FILE="$out/profiles/$test.profraw" YIZHAN_CUTS=20 $out/bin/$test '~[slow]~[built]' >$out/$test.log || { tail -n 40 $out/$test.log >&2; echo "coverage: $test fails" >&2; exit 1; }
done
llvm-profdata merge -sparse $out/profiles/*.profraw -o $out/all.profdata
objects=()
for program in "${rooms[@]}" "${tests[@]}"; do objects+=(${objects:+-object} "$out/bin/$program"); done
if [ $# -eq 1 ]; then
  exec llvm-cov show "${objects[@]}" -instr-profile=$out/all.profdata -show-line-counts-or-regions=0 "$PWD/$1"
fi
mapfile -t files < <(grep -v '^#' tests/fuzz/parsers.txt | awk 'NF {print $1}')
llvm-cov export "${objects[@]}" -instr-profile=$out/all.profdata -format=lcov "${files[@]/#/$PWD/}" >$out/lines.lcov
exec python3 tests/fuzz/coverage_table.py $out/lines.lcov tests/fuzz/parsers.txt
