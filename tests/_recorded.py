"""Where real deals lie for those who have them: beside the checkout, as no part of the project."""

from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared"
RECORDED = SHARED / "data" / "salvirt" / "deals.csv"
MAPPINGS = Path(__file__).parent / "salvirt"
WITHOUT = "the recorded deals do not lie beside the checkout, in ../shared/data/salvirt"
