"""The calculator: what a set of met criteria would come to. Ticks stay in the browser; without scripts they are sent in the address."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from criteria import queries
from criteria.scoring import Verdict, next_steps, rulebook_as_data, score
from criteria.scoring.rulebook import EFFORTS
from criteria.views.standard import by_area, edition_or_404


@login_not_required
@require_safe
def calculator(request: HttpRequest, code: str) -> HttpResponse:
    """The criteria of one edition to tick, beside what they come to: points, tier, what holds it back, the cheapest way up."""
    edition = edition_or_404(request, code)
    book, criteria = queries.kept_rulebook(edition), queries.kept_criteria(edition, get_language() or queries.ENGLISH)
    met = set(request.GET.getlist("met")) & book.by_code.keys()
    verdicts = {code: Verdict.MET if code in met else Verdict.NOT_MET for code in book.by_code}
    found = score(book, verdicts)
    context = {
        "standard": edition,
        "areas": by_area(criteria),
        "met": met,
        "score": found,
        "tiers": queries.tiers_of(edition, found.possible),
        "core": [code for code, rule in book.by_code.items() if rule.core and code not in met],
        "blocked": [reason for reason in found.reasons if reason.why == "blocked"],
        "steps": next_steps(book, verdicts),
        "book": rulebook_as_data(book) | {"efforts": EFFORTS},
    }
    return render(request, "criteria/calculator.html", context)
