"""What of a judgement leaves as a document: the scorecard, the certificate, the press kit. Rows in, values for a template or bytes out."""

from reviews.papers.certificates import certificate
from reviews.papers.presskit import press_kit
from reviews.papers.scorecards import scorecard

__all__ = ["certificate", "press_kit", "scorecard"]
