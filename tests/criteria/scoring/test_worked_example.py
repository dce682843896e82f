"""The page that explains scoring says what the program does."""

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "scoring.md"


def test_every_example_of_the_page_holds():
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "scoring.md", str(PAGE), 0)
    told = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert result.failed == 0, "".join(told)
    assert result.attempted == len(re.findall(r"^>>> ", PAGE.read_text(), re.MULTILINE)) > 20
