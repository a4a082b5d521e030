"""`make bench`: every benchmark in turn; results with machine and date stand in README.md beside this."""

import sys

from benchmarks import findings, fund, linkage, province

if __name__ == "__main__":
    fund.main()
    if failed := linkage.main():
        sys.exit(failed)
    province.main()
    findings.main()
