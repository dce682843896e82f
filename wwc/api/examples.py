"""One row of each shape, as the schema and its page show it: of an invented city. A test holds each against the schema."""

from typing import Any

SITE = "https://www.example.org"
CODE = {"code": "2022", "name": "Standard of 2022"}
STANDARD: dict[str, Any] = {
    **CODE,
    "status": "published",
    "rounding": "exact",
    "in_force": "since 2022",
    "note": "",
    "sources": ["https://www.example.org/standard"],
    "url": f"{SITE}/api/v1/standards/2022/",
}
CRITERION: dict[str, Any] = {
    "code": "DM7", "area": "DM", "title": "Data inventory", "points": 1, "core": False, "needs": ["DM1"],
    "statement": "The city keeps an inventory of its data.", "why": "What is listed is found.", "checklist_required": 1,
    "checklist": ["The inventory is dated."], "evidence": ["The inventory"], "not_enough": ["A plan for one"], "lookback_months": 12,
    "frequency": "yearly", "effort": "months", "partner": "", "provenance": "published", "checklist_provenance": "derived",
    "prerequisites_provenance": "published", "derived_fields": ["why"], "may_not_apply": False, "sources": [],
}  # fmt: skip
WHOLE: dict[str, Any] = STANDARD | {
    "areas": [{"code": "DM", "name": "Data Management", "description": "How data is kept.", "partner": ""}],
    "criteria": [CRITERION],
    "tiers": [
        {
            "key": "gold", "name": "Gold", "floor_percent": 67, "floor_points": 29, "requires_core": True, "required": [],
            "area_minimum_percent": 0, "provenance": "published",
        }
    ],
    "links_back": [{"origin": "DM3", "successor": "DM7", "kind": "reworded", "comparable": True, "note": ""}],
}  # fmt: skip
CYCLE = {
    "slug": "2026", "name": "2026 cycle", "edition": "2022", "opens_at": "2026-01-05T14:00:00Z", "due_at": "2026-03-02T22:00:00Z",
    "open": False, "results_expected": "2026-04-14", "minimum_population": 30000, "validity_months": 36,
}  # fmt: skip
CITY = {
    "slug": "sample-falls-oh", "name": "Sample Falls", "country": "US", "subdivision": "OH", "subdivision_name": "Ohio", "geoid": "",
    "latitude": 41.5, "longitude": -81.7, "timezone": "America/New_York", "population": 148310, "population_as_of": "2024-07-01",
    "population_source": "A list", "form_of_government": "council-manager", "form_source": "", "form_checked": False, "invented": True,
    "page": f"{SITE}/cities/sample-falls-oh/",
}  # fmt: skip
AWARD: dict[str, Any] = {
    "number": "5b1f0c77a9e2d384", "city": "sample-falls-oh", "city_name": "Sample Falls", "country": "US", "subdivision": "OH",
    "invented": True, "kind": "level_up", "tier": "gold", "previous_tier": "silver", "round": "spring-2026", "round_name": "Spring 2026",
    "announced_on": "2026-04-14", "precision": "day", "valid_until": "2029-04-14", "edition": "2022", "source": "", "stands": True,
    "note": "", "replaces": None, "replaced_because": None, "scorecard": f"{SITE}/cities/sample-falls-oh/scorecard-4f2a9c01.pdf",
    "certificate": f"{SITE}/cities/sample-falls-oh/certificate-4f2a9c01.pdf",
    "verification": f"{SITE}/verify/ABCD-2345/",
}  # fmt: skip
CHANGE = {
    "number": 412, "kind": "announced", "at": "2026-04-14T15:00:02Z", "award_number": "5b1f0c77a9e2d384", "award": AWARD, "note": "",
}  # fmt: skip
SCORE: dict[str, Any] = {
    "number": "5b1f0c77a9e2d384", "city": "sample-falls-oh", "invented": True, "edition": "2022", "tier": "gold",
    "announced_on": "2026-04-14", "points": 31, "possible": 43,
    "areas": [{"code": "DM", "name": "Data Management", "points": 7, "possible": 9, "met": 7, "criteria": 9}], "criteria": None,
    "why": "The city agreed to publish points and areas and no single criteria.",
}  # fmt: skip
INSIGHTS: dict[str, Any] = {
    "cycle": "2026", "cycle_name": "2026 cycle", "edition": "2022", "released_at": "2026-04-14T15:06:00Z",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "shown": ["criteria", "areas"],
    "url": f"{SITE}/api/v1/insights/2026/", "dataset": f"{SITE}/insights/2026/dataset.json", "page": f"{SITE}/insights/2026/",
}  # fmt: skip
FIGURE_LINE: dict[str, Any] = dict.fromkeys((
    "code", "area", "by", "group", "tier", "against", "step", "edition_before", "criteria", "criteria_compared", "cities", "of", "met",
    "claimed", "share", "low", "high", "claimed_share", "before", "after", "difference", "difference_low", "difference_high",
    "by_chance", "lower", "median", "upper",
)) | {
    "code": "DM7", "area": "DM", "cities": 71, "of": 71, "met": 52, "share": 0.732394, "low": 0.61946, "high": 0.821472,
}  # fmt: skip
FIGURE = {
    "figure": "criteria", "name": "By criterion", "counted": "Share of assessments in which the criterion was validated as met.",
    "base_cities": 71, "base_assessments": 71, "base_cycles": ["2026"], "rows": [FIGURE_LINE],
}  # fmt: skip
OWN = f"{SITE}/api/v1/assessments/2026/sample-falls-oh/"
ASSESSMENT = {
    "cycle": "2026", "city": "sample-falls-oh", "edition": "2022", "stage": "in_progress", "draft_score": f"{OWN}draft-score/",
    "evidence": f"{OWN}evidence/", "questions": f"{OWN}questions/", "result": f"{OWN}result/",
}  # fmt: skip
DRAFT = {
    "edition": "2022", "points": 24, "possible": 43, "tier": "certified",
    "by_area": [{"area": "DM", "points": 5, "possible": 9, "met": 5, "criteria": 9}],
    "reasons": [{"code": "DM7", "verdict": "met", "earned": 0, "worth": 1, "why": "blocked", "blocked_by": ["DM1"]}],
}  # fmt: skip
EVIDENCE = {
    "id": 318, "title": "Data policy", "kind": "pdf", "state": "added", "version": 2, "filename": "policy.pdf", "size": 84213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "url": "", "link_note": "", "confidential": False,
    "expires_on": None, "added_at": "2026-01-20T16:04:00Z", "used_for": [{"cycle": "2026", "criterion": "DM1", "pages": "4"}],
}  # fmt: skip
QUESTION = {
    "id": 77, "criterion": "DM1", "voice": "A", "text": "Which departments does it cover?", "required": True, "status": "answered",
    "sent_at": "2026-02-10T15:00:00Z", "due_at": "2026-02-24T15:00:00Z",
    "replies": [{"text": "We added page 4.", "replied_at": "2026-02-12T18:30:00Z"}],
}  # fmt: skip
LINE = {"code": "DM1", "title": "A data lead", "core": True, "met": True, "earned": 1, "blocked_by": [], "reasons": "The decree names one."}
RESULT = {
    "cycle": "2026", "city": "sample-falls-oh", "stage": "your_result",
    "given": {
        "kind": "level_up", "tier": "gold", "previous_tier": "silver", "valid_until": "2029-04-14", "public": True, "revoked": False,
        "points": 31, "possible": 43,
        "areas": [
            {"code": "DM", "name": "Data Management", "points": 7, "possible": 9, "met": 7, "criteria": 9, "lines": [LINE]},
        ],
    },
}  # fmt: skip
CASE = {
    "city": "sample-falls-oh", "city_name": "Sample Falls", "country": "US", "subdivision": "OH", "invented": True, "status": "in_review",
    "started_at": "2026-01-05T14:00:00Z",
}  # fmt: skip
CASE_SCORE = {
    "city": "sample-falls-oh", "status": "ready", "points": 31, "possible": 43, "tier": "gold",
    "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}  # fmt: skip
DECISION = {
    "city": "sample-falls-oh", "version": 1, "status": "approved", "kind": "level_up", "tier": "gold", "round": None, "valid_until": None,
    "proposed_at": "2026-03-20T15:00:00Z", "approved_at": "2026-03-21T15:00:00Z",
}  # fmt: skip
OF: dict[str, dict[str, Any]] = {
    "StandardRow": STANDARD, "StandardWhole": WHOLE, "CycleRow": CYCLE, "CityRow": CITY, "AwardRow": AWARD, "ChangeRow": CHANGE,
    "ScoreRow": SCORE, "InsightsRow": INSIGHTS, "InsightsWhole": INSIGHTS | {"figures": [FIGURE]},
    "AssessmentRow": ASSESSMENT, "DraftScore": DRAFT, "EvidenceRow": EVIDENCE, "QuestionRow": QUESTION, "ResultRow": RESULT,
    "CaseRow": CASE, "CaseScoreRow": CASE_SCORE, "DecisionRow": DECISION,
}  # fmt: skip
