#!/usr/bin/env bash
# Brings the catalogues up to date with the words in the sources: assets/locale/zh_CN.po (a county edits its msgstr) and en.po.
#   packaging/words.sh           updates both; new sentences are filled in zh_CN and left empty in en
#   packaging/words.sh --pot F   only writes the template to F (the test of the catalogues)
set -euo pipefail
cd "$(dirname "$0")/.."
template=$(mktemp)
trap 'rm -f "$template" "$template.new"' EXIT
find core kiosk sync -name '*.cpp' -o -name '*.h' | grep -v '^core/tr\.' | LC_ALL=C sort |
  xgettext --files-from=- --from-code=UTF-8 --language=C++ --keyword= --keyword=tr --keyword=trf --keyword=mark:1,1t --add-location=file \
    --no-wrap --package-name=yizhan --copyright-holder= --output="$template" 2>&1 | { grep -v 'extension' || true; } >&2
# The date would differ on every run; the charset is ours.
sed -i -e '/^"POT-Creation-Date/d' -e '/^"PO-Revision-Date/d' -e 's/charset=CHARSET/charset=UTF-8/' -e '/^# SOME DESCRIPTIVE/,/^#$/d' -e 's/^#, fuzzy$/#/' "$template"
if [ "${1:-}" = --pot ]; then cp "$template" "$2"; exit; fi
for language in zh_CN en; do
  file=assets/locale/$language.po
  if [ -e "$file" ]; then
    msgmerge --quiet --no-fuzzy-matching --no-wrap --add-location=file "$file" "$template" | msgattrib --no-obsolete --no-wrap -o "$template.new" -
  else
    msginit --no-translator --no-wrap --locale="$language.UTF-8" --input="$template" --output="$template.new" 2>/dev/null
  fi
  # msgen fills what is empty with the sentence itself: the language of the sources.
  if [ "$language" = zh_CN ]; then msgen --no-wrap -o "$file" "$template.new"; else cp "$template.new" "$file"; fi
done
msgfmt --statistics -o /dev/null assets/locale/zh_CN.po
msgfmt --statistics -o /dev/null assets/locale/en.po
