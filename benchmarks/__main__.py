"""`make bench`: every benchmark in turn; results with machine and date stand in README.md beside this."""

from benchmarks import fund, linkage, province

if __name__ == "__main__":
    fund.main()
    linkage.main()
    province.main()
