"""Who can sign in to a demonstration."""

from wwc.accounts.models import User
from wwc.demo.world import PASSWORD

ROLES = (
    ("city lead", "city-lead@demo.example"),
    ("contributor", "contributor@demo.example"),
    ("signatory", "signatory@demo.example"),
    ("reviewer", "reviewer@demo.example"),
    ("practice lead", "practice-lead@demo.example"),
    ("program staff", "staff@demo.example"),
    ("director", "director@demo.example"),
)


def logins() -> str:
    """A line for each role whose person is there, and the password that all share; "" without a demonstration."""
    there = set(User.objects.filter(is_invented=True, email__in=[email for _role, email in ROLES]).values_list("email", flat=True))
    lines = [f"  {role:<14} {email}" for role, email in ROLES if email in there]
    return "\n".join(["Sign in with one of these, password " + PASSWORD + ":", *lines]) if lines else ""
