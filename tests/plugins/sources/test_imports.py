import subprocess
import sys


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
