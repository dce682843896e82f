"""What lists can be narrowed to. A value that cannot be read is refused, never left out."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field

from reviews.queries import announced

POPULATION_MOST = 100_000_000
SLUG = r"^[-a-zA-Z0-9_]+$"


class Digits(forms.IntegerField):
    """A whole number in plain digits: no space, point or underscore, no digit of another script."""

    def to_python(self, value: Any) -> int | None:
        """The number; None where none is given. Raises ValidationError for anything else."""
        if value and not (value.isascii() and value.isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class Whole(django_filters.NumberFilter):
    """A whole number between two others."""

    field_class = Digits

    def __init__(self, column: str, lookup: str, low: int, high: int, about: str) -> None:
        super().__init__(column, lookup, min_value=low, max_value=high)
        extend_schema_field({"type": "integer", "minimum": low, "maximum": high, "description": about})(self)


class Flag(django_filters.TypedChoiceFilter):
    """true or false."""

    def __init__(self, column: str, about: str) -> None:
        super().__init__(column, choices=[("true", "true"), ("false", "false")], coerce=lambda said: said == "true")
        extend_schema_field({"type": "boolean", "description": about})(self)


class Code(django_filters.CharFilter):
    """A short code in capital letters."""

    def __init__(self, column: str, pattern: str, words: str, about: str) -> None:
        super().__init__(column, strip=False, validators=[RegexValidator(rf"^{pattern}\Z", words)])
        extend_schema_field({"type": "string", "pattern": f"^{pattern}$", "description": about})(self)


class Slug(django_filters.CharFilter):
    """The last part of an address."""

    field_class = forms.SlugField

    def __init__(self, column: str, about: str) -> None:
        super().__init__(column, strip=False)
        extend_schema_field({"type": "string", "pattern": SLUG, "description": about})(self)


def country(column: str) -> Code:
    """By country."""
    return Code(column, "[A-Z]{2}", "Two capital letters, as US.", "ISO 3166 code in capital letters, as US.")


def state(column: str) -> Code:
    """By state or province."""
    return Code(
        column, "[A-Z0-9]{1,4}", "A code in capital letters, as OH.", "Code of the state or province, as OH; best with its country."
    )


INVENTED = "true for cities of a demonstration only, false for real ones only."


class AwardFilters(django_filters.FilterSet):
    """For awards and their scores."""

    city = Slug("city__slug", "Slug of the city.")
    tier = django_filters.ChoiceFilter(choices=[(key, key) for key in announced.TIERS], help_text="The tier that was reached.")
    kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in announced.KINDS], help_text="What the award is for the city.")
    round = Slug("round_slug", "Slug of the round.")
    year = Whole("announced_on__year", "exact", 1900, 9998, "Year of the announcement.")
    country = country("city__country")
    state = state("city__subdivision")
    edition = Slug("edition", "Code of the edition.")
    invented = Flag("city__is_invented", INVENTED)


class CityFilters(django_filters.FilterSet):
    """For cities."""

    country = country("country")
    state = state("subdivision")
    form_of_government = Slug("form_of_government", "council-manager or mayor-council, for example.")
    population_from = Whole("population", "gte", 0, POPULATION_MOST, "At least so many people.")
    population_to = Whole("population", "lte", 0, POPULATION_MOST, "At most so many people.")
    invented = Flag("is_invented", INVENTED)
