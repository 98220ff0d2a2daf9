"""Korean in general: translated instruction sets, Korean text, and the Korean models' recipes.

After the paper on KULLM and the survey of Korean instruction tuning.
"""
