"""What is particular to Korean text: how its letters are written, which scripts stand in it, and
how its sentences address the reader."""
