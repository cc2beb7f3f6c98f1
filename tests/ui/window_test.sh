#!/usr/bin/env bash
# window_test.sh UI_WINDOW: a real X server, a real window, a real pointer and keyboard (xdotool), judged by the hit boxes it
# writes, by its picture and by the processor time it uses while nothing happens.
set -euo pipefail
program=${1:?usage: window_test.sh UI_WINDOW}
for tool in Xvfb xdotool python3; do command -v $tool > /dev/null || { echo "skipped: no $tool"; exit 77; }; done
work=$(mktemp -d)
server= app=
finish() { [ -n "$app" ] && kill "$app" 2> /dev/null; [ -n "$server" ] && kill "$server" 2> /dev/null; rm -rf "$work"; }
trap finish EXIT
exec 7> "$work/display"
Xvfb -displayfd 7 -screen 0 1080x1920x24 -nolisten tcp > "$work/xvfb.log" 2>&1 &
server=$!
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep .05; done
DISPLAY=:$(cat "$work/display"); export DISPLAY
"$program" "$work/hits.json" "$work/picture.png" > "$work/out" 2> "$work/err" &
app=$!
fail() { echo "FAILED: $1"; cat "$work/err"; exit 1; }
for _ in $(seq 200); do [ -s "$work/hits.json" ] && break; sleep .05; done
[ -s "$work/hits.json" ] || fail "no frame was drawn"
field() { python3 -c "
import json,sys
page=json.load(open('$work/hits.json'))
if sys.argv[1]=='frame': print(page['frame'])
else:
  h=[h for h in page['hits'] if h['name']==sys.argv[1]][0]
  print(h['words'] if sys.argv[2]=='words' else '%d %d'%(h['x']+h['w']//2,h['y']+h['h']//2))
" "$@"; }
tap() { xdotool mousemove $(field "$1" at) mousedown 1; sleep .06; xdotool mouseup 1; sleep .7; }
wait_words() { for _ in $(seq 60); do [ "$(field "$1" words)" = "$2" ] && return 0; sleep .05; done; fail "$1 says '$(field "$1" words)', not '$2'"; }
tap count; wait_words count 按了1次
xdotool click --repeat 2 --delay 100 1; sleep .3      # a double tap is one
wait_words count 按了2次
tap name; xdotool type --delay 30 '王𠮷##%n'; wait_words typed '王𠮷##%n'
xdotool key BackSpace BackSpace; wait_words typed '王𠮷##'
kill -USR1 $app
for _ in $(seq 60); do [ -s "$work/picture.png" ] && break; sleep .05; done
[ "$(head -c 4 "$work/picture.png" | tail -c 3)" = PNG ] || fail "no picture after SIGUSR1"
tap wipe; wait_words count 按了0次; wait_words typed 空
# Rest: no frames and next to no processor time in three seconds.
sleep .5; before=$(field frame); ticks() { awk '{print $14+$15}' /proc/$app/stat; }
t0=$(ticks); sleep 3; t1=$(ticks)
[ "$(field frame)" = "$before" ] || fail "an idle window drew frames"
[ $((t1 - t0)) -le 1 ] || fail "an idle window used $((t1 - t0)) ticks in 3 s"
xdotool key F10
for _ in $(seq 60); do kill -0 $app 2> /dev/null || break; sleep .05; done
wait $app || fail "it ended badly"
app=
grep -q "pressed 0" "$work/out" || fail "no last words"
echo "window: taps, typing, picture, wipe and rest are as they should be"
