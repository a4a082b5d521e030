"""`make bench`: every benchmark in turn; results with machine and date stand in README.md beside this."""

from benchmarks import linkage, province

if __name__ == "__main__":
    linkage.main()
    province.main()
