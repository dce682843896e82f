"""What was announced, as a feed that people and programs subscribe to."""

from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import conditional_page, require_safe

from reviews.queries import announced
from wwc.templatetags.display import day_year, tier_word


class Awards(Feed):
    """The last announced awards, newest first. An entry keeps its number whatever becomes of the city's page."""

    feed_type = Atom1Feed
    title = _("Announced awards of What Works Cities Certification")
    subtitle = _("Every award as it is announced, newest first.")

    def link(self) -> str:
        """The page of all cities."""
        return settings.SITE_URL + reverse("directory:cities")

    def feed_url(self) -> str:
        """Where the feed itself is."""
        return settings.SITE_URL + reverse("directory:feed")

    def items(self) -> list[Any]:
        """What the public door shows."""
        return announced.directory().latest

    def item_title(self, item: Any) -> str:
        """The city and what it was given."""
        given = tier_word(item.tier) if item.tier else announced.KINDS[item.kind]
        words = _t("%(city)s: %(tier)s, invented for a demonstration") if item.city.is_invented else _t("%(city)s: %(tier)s")
        return words % {"city": item.city, "tier": given}

    def item_description(self, item: Any) -> str:
        """In which round, until when, and the note that the public reads."""
        parts = [_t("Announced in %(round)s.") % {"round": item.round_name}]
        if item.valid_until:
            parts.append(_t("Stands until %(day)s.") % {"day": day_year(item.valid_until)})
        return " ".join([*parts, item.note]).strip()

    def item_link(self, item: Any) -> str:
        """The city's page."""
        return settings.SITE_URL + reverse("directory:city", args=[item.city.slug])

    def item_guid(self, item: Any) -> str:
        """The address of the row, by its number."""
        return settings.SITE_URL + reverse("api:award", args=[item.number])

    def item_pubdate(self, item: Any) -> datetime:
        """The day of the announcement; the first one that it may be where only month or year is known."""
        return datetime.combine(item.announced_on, time(), UTC)

    def item_updateddate(self, item: Any) -> datetime:
        """When the row became public here."""
        return item.published_at


_awards = Awards()


@login_not_required
@require_safe
@conditional_page
@announced.at_one_moment
def feed(request: HttpRequest) -> HttpResponse:
    """The feed in Atom; unchanged, it is not sent again."""
    return _awards(request)
