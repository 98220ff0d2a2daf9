import ast
import subprocess
import sys
from pathlib import Path

import byeori_nasa
import byeori_plugins.sources


def test_listing_the_components_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from byeori_plugins.sources import SOURCES\n"
        "from byeori_plugins.generators.templates import Templates\n"
        "from byeori_plugins.filters import FILTERS\n"
        "import byeori_nasa.awards, byeori_nasa.questions\n"
        "heavy = {'torch', 'transformers', 'peft', 'datasets', 'openai', 'pyarrow', 'scipy'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_domain_needs_nothing_of_the_sources_that_is_not_public():
    for file in Path(byeori_nasa.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and "byeori_plugins" in (node.module or ""):
                assert node.module == "byeori_plugins.sources"
                assert {alias.name for alias in node.names} <= {*byeori_plugins.sources.__all__}


def test_every_public_name_of_the_sources_is_there():
    for name in byeori_plugins.sources.__all__:
        assert getattr(byeori_plugins.sources, name)
