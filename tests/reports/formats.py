"""Reads what other programs read of a result, with their own readers: SARIF by the types of its schema, JUnit by a parser.

    python3 formats.py FOLDER...

Each folder holds `audit.sarif` and `audit.xml`; one that has none is passed over.
"""

import json
import sys
from pathlib import Path

from junitparser import Failure, JUnitXml, Skipped
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif


def sarif(path: Path) -> int:
    """The number of results in a file that the schema takes and that names only rules it describes."""
    text = json.loads(path.read_text(encoding="utf-8"))
    log = Sarif.model_validate(text)
    (run,) = log.runs
    rules = {rule.id for rule in run.tool.driver.rules}
    for result in run.results:
        assert result.ruleId in rules, f"{path}: {result.ruleId} is described nowhere"
    return len(run.results)


def junit(path: Path) -> int:
    """The number of cases in a file whose counts are those of what it holds."""
    suites = JUnitXml.fromfile(str(path))
    cases = failures = skipped = 0
    for suite in suites:
        own = list(suite)
        assert suite.tests == len(own), f"{path}: {suite.name} counts {suite.tests} cases and holds {len(own)}"
        cases += len(own)
        failures += sum(isinstance(result, Failure) for case in own for result in case.result)
        skipped += sum(isinstance(result, Skipped) for case in own for result in case.result)
    stated = (suites.tests, suites.failures, suites.skipped)
    assert stated == (cases, failures, skipped), f"{path}: states {stated}, holds {(cases, failures, skipped)}"
    return cases


def main() -> None:
    for folder in map(Path, sys.argv[1:]):
        for name, read in (("audit.sarif", sarif), ("audit.xml", junit)):
            if (folder / name).exists():
                count = read(folder / name)
                assert count > 0, f"{folder / name} holds nothing"
                print(f"{folder / name}: {count} read")


main()
