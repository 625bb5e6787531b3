"""Evaluation: how well a snapshot is searched, answered from, and refused from.

Questions with what should be found are asked (``run``), what became of each is measured (``measurement``), and the
measurements are summed up (``figures``), compared with those of another run (``comparison``) and drawn (``plots``).
"""

from service.evaluation.comparison import Comparison, compare
from service.evaluation.figures import Figures, by_kind, figures
from service.evaluation.measurement import Measured, measure
from service.evaluation.query import QueryLine, read_queries
from service.evaluation.run import Asked, RunLine, read_run, run, write_run

__all__ = [
    "Asked", "Comparison", "Figures", "Measured", "QueryLine", "RunLine", "by_kind", "compare", "figures", "measure",
    "read_queries", "read_run", "run", "write_run",
]  # fmt: skip
