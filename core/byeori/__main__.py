"""`python -m byeori`: the command line."""

from byeori.cli import main

main()
