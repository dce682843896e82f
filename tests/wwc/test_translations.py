"""Translations: complete for cities and the public, with the same values, by the glossary, compiled as they are written."""

import gettext
import re
from collections import Counter
from functools import cache

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from assessments.models import Cycle
from criteria.models import Standard
from tests.architecture.source import PACKAGES, files
from tests.factories import assessments as cases
from tests.support.catalog import entries, texts

FOLDERS = {"es": settings.BASE_DIR / "locale/es/LC_MESSAGES", "pt-br": settings.BASE_DIR / "locale/pt_BR/LC_MESSAGES"}
CATALOGS = {language: entries(folder / "django.po") for language, folder in FOLDERS.items()}
LANGUAGES = sorted(CATALOGS)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

# What only the program meets: the pages of reviewers and staff, where English may stand in. Everything else is read by people of
# cities and by the public, new files as well.
OF_THE_PROGRAM = re.compile(
    r"assessments/(actions|views)/(listing|posting|scheduling)\.py"
    r"|templates/assessments/(_read_twice|_request_row|_request_tabs|all_letters|case|cities|claim_one|claims|cycle|cycle_draft|cycles)\.html"
    r"|templates/assessments/(correct_address|decide_request|join_request|join_requests|joining|listing|policy|requests|work)\.html"
    r"|criteria/(access|actions/\w+|views/drafting)\.py"
    r"|templates/criteria/(_event|compare|draft|draft_next|drafting|drafts|publishing|retiring)\.html"
    r"|reviews/(access|forms|(actions|views)/\w+|queries/(board|plan|plan_table|quality|verdicts))\.py"
    r"|templates/reviews/(?!_?scorecard|certificate|press)\w+\.html"
)
MEND = "Run makemessages, write both translations by the voice and the glossary, run compilemessages (docs/translating.md)."

GLOSSARY = {
    "Criteria": ("Criterios", "Critérios"),
    "Evidence": ("Evidencia", "Evidência"),
    "Receipt": ("Comprobante", "Comprovante"),
    "Cycle": ("Ciclo", "Ciclo"),
    "Assessment": ("Evaluación", "Avaliação"),
    "The Standard": ("El Estándar", "O Padrão"),
    "city lead": ("responsable de la evaluación", "responsável pela avaliação"),
    "contributor": ("integrante del equipo", "integrante da equipe"),
    "signatory": ("firmante", "responsável pela assinatura"),
    "program staff": ("equipo del programa", "equipe do programa"),
    "program director": ("dirección del programa", "direção do programa"),
    "Certified": ("Certificada", "Certificada"),
    "Silver": ("Plata", "Prata"),
    "Gold": ("Oro", "Ouro"),
    "Platinum": ("Platino", "Platina"),
    "Honor Roll": ("Cuadro de Honor", "Quadro de Honra"),
    "In progress": ("En curso", "Em andamento"),
    "Received": ("Recibida", "Recebida"),
    "Under review": ("En revisión", "Em revisão"),
    "Your result": ("Su resultado", "Seu resultado"),
    "Closed": ("Cerrada", "Encerrada"),
    "Checking": ("En verificación", "Em verificação"),
    "Added": ("Agregada", "Adicionada"),
    "Refused": ("Rechazada", "Recusada"),
    "Met": ("Cumplido", "Atendido"),
    "Not met": ("No cumplido", "Não atendido"),
    "Yes, we do": ("Sí, lo hacemos", "Sim, fazemos"),
    "Not yet": ("Todavía no", "Ainda não"),
    "Not pursuing": ("No está previsto", "Não está previsto"),
    "Submit assessment": ("Enviar la evaluación", "Enviar avaliação"),
    "Attest": ("Firmar la declaración", "Assinar a declaração"),
    "Withdraw": ("Retirar", "Retirar"),
    "Take mine": ("Usar el mío", "Usar o meu"),
    "Take theirs": ("Usar el otro", "Usar o outro"),
    "Sign in": ("Iniciar sesión", "Entrar"),
    "Undo": ("Deshacer", "Desfazer"),
    "Reconstructed text": ("Texto reconstruido", "Texto reconstruído"),
}
# Words that say one thing in every sentence: what stands for them, in Spanish and in Portuguese.
TERMS = {
    "scorecards?": ("informes? de resultados", "relatórios? de resultados"),
    "receipts?": ("comprobantes?", "comprovantes?"),
    "practice areas?": ("prácticas? fundamental(es)?", "práticas? fundamenta(l|is)"),
    "core criteri(a|on)": ("criterios? esencial(es)?", "critérios? essencia(l|is)"),
    "criteri(a|on)": ("criterios?", "critérios?"),
    "prerequisites?": ("requisitos? previos?", "pré-requisitos?"),
    "checklists?": ("listas?", "listas?"),
    "evidence": ("evidencia", "evidências?"),
    "assessments?": ("evaluaci(ón|ones)", "avaliaç(ão|ões)"),
    "cycles?": ("ciclos?", "ciclos?"),
    "rounds?(?!-)": ("rondas?", "rodadas?"),
    "tiers?": ("nivel(es)?", "níve(l|is)"),
    "points?": ("puntos?", "pontos?"),
    "Honor Roll": ("cuadro de honor", "quadro de honra"),
    "self-check": ("autodiagnóstico", "autodiagnóstico"),
    "review team": ("equipo de revisión", "equipe de revisão"),
    "(program )?staff": ("equipo del programa", "equipe do programa"),
    "directors?": ("dirección", "direção"),
    "signatory": ("firm(a|ante)", "assin(a|e|atura)"),
    "partners?": ("organizaci(ón|ones) aliadas?", "organizaç(ão|ões) parceiras?"),
    "verdicts?": ("dict[aá]m(en|enes)", "parecer(es)?"),
    "questions?": ("pregunt(a|as|ar)", "pergunt(a|as|ar)"),
    "conflicts? of interest": ("conflictos? de interés", "conflitos? de interesse"),
    "reconstructed": ("reconstruid[oa]s?", "reconstruíd[oa]s?"),
}
NOT_OURS = {
    "es": r"\b(tú|vos|vosotros|tu|tus|(?<!la )bienvenid[oa]s?|felicitaciones|por favor|usuari[oa]s?)\b|[¡!]|\w@s?\b(?![\w.])|[oa]/[oa]\b",
    "pt-br": r"\b(tu|teu|tua|bem-vind[oa]s?|obrigad[oa]s?|parabéns|por favor|usuári[oa]s?)\b|[!]"
    r"|\w@s?\b(?![\w.])|\([oa]\)|[oa]/[oa]\b|\b(vai|vão) estar\b",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    with (FOLDERS[language] / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    done = [entry for entry in CATALOGS[language] if entry.done]
    assert len(compiled._catalog) - 1 == sum(len(entry.said) for entry in done), "run manage.py compilemessages"
    for entry in done:
        key = (entry.parts["msgctxt"] + "\x04" if "msgctxt" in entry.parts else "") + entry.parts["msgid"]
        if len(entry.said) == 1:
            assert compiled._catalog[key] == entry.said[0]
        else:
            assert [compiled._catalog[key, n] for n in range(len(entry.said))] == entry.said


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_guessed_and_nothing_is_half_done(language):
    for entry in CATALOGS[language]:
        assert "fuzzy" not in entry.marks, entry.english
        assert entry.done or not any(entry.said), entry.english
        assert len(entry.said) == len(entry.english), entry.english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_names_the_same_values(language):
    for entry in filter(lambda entry: entry.done, CATALOGS[language]):
        for english, said in zip(entry.english, entry.said, strict=True):
            assert Counter(PLACEHOLDER.findall(said)) == Counter(PLACEHOLDER.findall(english)), said
            assert re.findall(r"</?\w+", said) == re.findall(r"</?\w+", english), said
            assert english.count("|") == said.count("|"), said


@cache
def _required():
    """Every text that a city or the public can meet, and a file that says it."""
    found = {}
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    for path in [*files(*(f"{package}/**/*.py" for package in PACKAGES)), *sorted(pages)]:
        name = str(path.relative_to(settings.BASE_DIR))
        if not OF_THE_PROGRAM.match(name):
            found |= dict.fromkeys(texts(path), name) | found
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_for_cities_and_the_public_is_translated(language):
    done = {entry.text for entry in CATALOGS[language] if entry.done}
    missing = [f"{name}: {english}" for (context, english), name in _required().items() if (context, english) not in done]
    assert not missing, "\n".join([f"{len(missing)} without words in {language}. {MEND}", *missing])


def test_texts_are_found_wherever_the_code_says_them(tmp_path):
    (tmp_path / "a.py").write_text(
        "from django.utils.translation import gettext as _t, gettext_lazy as _, ngettext, pgettext_lazy\n"
        "one = _('Plain' ' and joined'), f\"{_t('Within')} {ngettext('One', 'Many', 2)}\", pgettext_lazy('a date', 'By')\n"
        "other(_(name)), gettext('not imported')\n"
    )
    (tmp_path / "a.html").write_text(
        "{% load i18n %}{% translate \"It's here\" %}{% translate 'By' context \"a date\" as by %}{{ x|default:_('None') }}"
        '{% tag _("Core") "core" %}{% blocktranslate count n=n trimmed %}{{ n }} "day"{% plural %}{{ n }} days{% endblocktranslate %}'
        "{% comment %}{% translate 'Left out' %}{% endcomment %}"
    )
    found = [("", "Plain and joined"), ("", "Within"), ("", "One"), ("a date", "By")]
    assert sorted(texts(tmp_path / "a.py")) == sorted(found)
    found = [("", "It's here"), ("a date", "By"), ("", "None"), ("", "Core"), ("", '%(n)s "day"')]
    assert sorted(texts(tmp_path / "a.html")) == sorted(found)


def test_both_languages_hold_the_same_texts():
    first, second = ({(entry.parts.get("msgctxt"), entry.english[0]) for entry in CATALOGS[language]} for language in LANGUAGES)
    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_glossary_are_used(language):
    said = {entry.english[0]: entry.said[0] for entry in CATALOGS[language] if "msgctxt" not in entry.parts}
    place = LANGUAGES.index(language)
    assert {english: said[english] for english in GLOSSARY} == {english: words[place] for english, words in GLOSSARY.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_stands_for_one_thing(language):
    place, strange = LANGUAGES.index(language), []
    for entry in CATALOGS[language]:
        for english, said in zip(entry.english, entry.said, strict=True) if entry.done and "msgctxt" not in entry.parts else ():
            bare = PLACEHOLDER.sub("", english)
            strange += [
                f"{english} | {said} | lacks {words[place]}"
                for term, words in TERMS.items()
                if re.search(rf"\b{term}\b", bare, re.IGNORECASE) and not re.search(rf"\b{words[place]}\b", said, re.IGNORECASE)
            ]
    assert not strange, "\n".join(strange)


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_in_our_voice(language):
    for entry in CATALOGS[language]:
        for said in entry.said:
            assert re.search(NOT_OURS[language], said, re.IGNORECASE) is None, said


# As people meet them


def _title(client, address, language):
    page = client.get(address, headers={"accept-language": language})
    assert page.status_code == 200
    text = page.content.decode()
    assert f'<html lang="{language}"' in text
    return re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1].strip()


def test_every_page_of_a_city_has_a_title_in_each_language(db, client_of):
    case = cases.in_review()
    asked = cases.asked(case)
    client = client_of(cases.lead(case.city))
    pages = [  # the overview is called by the city and its cycle, which are names
        reverse("assessments:receipt", args=[case.pk]),
        reverse("assessments:clarifying", args=[case.pk]),
        reverse("assessments:question", args=[asked.pk]),
        reverse("assessments:documenting", args=[case.city.slug]),
        reverse("assessments:team", args=[case.city.slug]),
        reverse("assessments:letters", args=[case.city.slug]),
        reverse("people:account"),
        reverse("people:letters"),
    ]
    titles = {address: {language: _title(client, address, language) for language in ("en", *LANGUAGES)} for address in pages}
    same = {address: found for address, found in titles.items() if len(set(found.values())) < 3}
    assert same == {}


@pytest.mark.parametrize(("language", "area"), [("en", "Data Management"), ("es", "Gestión de datos"), ("pt-br", "Gestão de dados")])
def test_a_city_reads_its_areas_in_its_language(db, client_of, language, area):
    case = cases.in_review()
    page = client_of(cases.lead(case.city)).get(reverse("assessments:overview", args=[case.pk]), headers={"accept-language": language})
    assert f">{area}</a>" in page.content.decode()


@pytest.mark.parametrize(("language", "cycle", "edition"), [("es", "ciclo 2027", "Estándar 2022"), ("pt-br", "ciclo 2027", "Padrão 2022")])
def test_usual_names_of_cycles_and_editions_have_words_and_others_stand(language, cycle, edition):
    with override(language):
        assert (str(Cycle(name="2027 cycle")), str(Standard(name="2022 Standard"))) == (cycle, edition)
        assert (str(Cycle(name="First cycle")), str(Standard(name="Standard of 1999"))) == ("First cycle", "Standard of 1999")
