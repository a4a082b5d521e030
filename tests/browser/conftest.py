from tests.reports.conftest import undisturbed

__all__ = ["undisturbed"]
