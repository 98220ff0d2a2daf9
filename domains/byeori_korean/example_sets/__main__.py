"""`python -m byeori_korean.example_sets FOLDER`."""

import sys
from pathlib import Path

from byeori_korean.example_sets import write_all

if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
