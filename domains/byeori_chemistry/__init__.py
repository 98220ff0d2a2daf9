"""Chemistry: property extraction with units, examinations, compounds and formulas.

After the paper on instruction tuning of language models for chemistry.
"""
