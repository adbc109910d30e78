import pytest

from benchmarks import study


def pytest_configure(config):
    config.pluginmanager.register(StudyTables(config.get_verbosity()))


class StudyTables:
    """The study's four tables under ours, where there is room for them."""

    def __init__(self, verbosity):
        self.verbosity = verbosity

    @pytest.hookimpl
    def pytest_vidcompress_tables(self, results):
        tables = [*study.tables(results)]
        if tables and self.verbosity <= 0:
            return [f"beside what the study published: {len(tables)} tables, -v shows them"]
        return [line for table in tables for line in [*table, ""]][:-1]
