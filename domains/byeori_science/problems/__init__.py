"""Problems with numbers: final answers with units, and the arithmetic of worked solutions."""
