"""Every figure of a report as an SVG file of its own, for a paper or a slide."""

from byeori.report.figures.radar import Radar, radars
from byeori.report.figures.standalone import figure_files, forest_files

__all__ = ["Radar", "figure_files", "forest_files", "radars"]
