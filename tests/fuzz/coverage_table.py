"""The lines of each parser file that something reached: coverage_table.py LINES.lcov PARSERS.txt. Exit 1 when one is below the bar.

A line that llvm-cov counts in several instances of a template counts as reached when one instance reached it. Lines named in parsers.txt
after a file are not reachable by any input; why stands beside them there.
"""
import collections
import os
import sys

BAR = 95.0


def main() -> int:
    lines: dict[str, dict[int, int]] = collections.defaultdict(dict)
    name = ""
    with open(sys.argv[1], encoding="utf-8") as report:
        for row in report:
            if row.startswith("SF:"):
                name = os.path.relpath(row[3:].strip())
            elif row.startswith("DA:"):
                number, count = row[3:].split(",")[:2]
                lines[name][int(number)] = max(lines[name].get(int(number), 0), int(count))
    low = 0
    total = hit = 0
    print(f"{'file':<34}{'lines':>6}{'reached':>9}{'share':>8}  not reached")
    with open(sys.argv[2], encoding="utf-8") as parsers:
        for row in parsers:
            row = row.split("#", 1)[0].strip()
            if not row:
                continue
            name = row.split()[0]
            counts = lines.get(name)
            if not counts:
                print(f"{name:<34}   nothing is known of it")
                low += 1
                continue
            missed = sorted(n for n, count in counts.items() if count == 0)
            reached = len(counts) - len(missed)
            share = 100.0 * reached / len(counts)
            total += len(counts)
            hit += reached
            low += share < BAR
            spans: list[list[int]] = []
            for n in missed:
                if spans and n == spans[-1][1] + 1:
                    spans[-1][1] = n
                else:
                    spans.append([n, n])
            words = " ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
            print(f"{name:<34}{len(counts):>6}{reached:>9}{share:>7.1f}%  {words}")
    if total:
        print(f"{'all':<34}{total:>6}{hit:>9}{100.0 * hit / total:>7.1f}%")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
