"""Verdicts that were reached before: no program is judged twice."""
