"""Countries, states and provinces of the Americas, and how names of places are folded and turned into addresses.

Codes are ISO 3166; the number before a province is GeoNames' own code for it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# Countries that print on Letter; all others print on A4.
LETTER = frozenset({"US", "CA", "MX", "CL", "CO", "CR", "DO", "GT", "HN", "NI", "PA", "PH", "PR", "SV", "VE"})

# In English, marked for translation; `country_name` says them in the reader's language.
COUNTRIES: dict[str, str] = {
    "US": _("United States"),
    "AG": _("Antigua and Barbuda"),
    "AR": _("Argentina"),
    "BS": _("Bahamas"),
    "BB": _("Barbados"),
    "BZ": _("Belize"),
    "BO": _("Bolivia"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CL": _("Chile"),
    "CO": _("Colombia"),
    "CR": _("Costa Rica"),
    "CU": _("Cuba"),
    "DM": _("Dominica"),
    "DO": _("Dominican Republic"),
    "EC": _("Ecuador"),
    "SV": _("El Salvador"),
    "GD": _("Grenada"),
    "GT": _("Guatemala"),
    "GY": _("Guyana"),
    "HT": _("Haiti"),
    "HN": _("Honduras"),
    "JM": _("Jamaica"),
    "MX": _("Mexico"),
    "NI": _("Nicaragua"),
    "PA": _("Panama"),
    "PY": _("Paraguay"),
    "PE": _("Peru"),
    "KN": _("Saint Kitts and Nevis"),
    "LC": _("Saint Lucia"),
    "VC": _("Saint Vincent and the Grenadines"),
    "SR": _("Suriname"),
    "TT": _("Trinidad and Tobago"),
    "UY": _("Uruguay"),
    "VE": _("Venezuela"),
}
SPANISH = frozenset({"AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "MX", "NI", "PA", "PE", "PY", "SV", "UY", "VE"})
LATIN_AMERICA = SPANISH | {"BR"}
TIMEZONES = {
    "AG": "America/Antigua", "AR": "America/Argentina/Buenos_Aires", "BS": "America/Nassau", "BB": "America/Barbados",
    "BZ": "America/Belize", "BO": "America/La_Paz", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CL": "America/Santiago",
    "CO": "America/Bogota",
    "CR": "America/Costa_Rica", "CU": "America/Havana", "DM": "America/Dominica", "DO": "America/Santo_Domingo", "EC": "America/Guayaquil",
    "SV": "America/El_Salvador", "GD": "America/Grenada", "GT": "America/Guatemala", "GY": "America/Guyana", "HT": "America/Port-au-Prince",
    "HN": "America/Tegucigalpa", "JM": "America/Jamaica", "MX": "America/Mexico_City", "NI": "America/Managua", "PA": "America/Panama",
    "PY": "America/Asuncion", "PE": "America/Lima", "KN": "America/St_Kitts", "LC": "America/St_Lucia", "VC": "America/St_Vincent",
    "SR": "America/Paramaribo", "TT": "America/Port_of_Spain", "US": "America/New_York", "UY": "America/Montevideo",
    "VE": "America/Caracas",
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """A state of the United States, the District of Columbia or Puerto Rico, with its number and region at the Census Bureau."""

    code: str
    fips: str
    name: str
    region: str


_STATES = """
AL 01 South Alabama|AK 02 West Alaska|AZ 04 West Arizona|AR 05 South Arkansas|CA 06 West California|CO 08 West Colorado
CT 09 Northeast Connecticut|DE 10 South Delaware|DC 11 South District of Columbia|FL 12 South Florida|GA 13 South Georgia
HI 15 West Hawaii|ID 16 West Idaho|IL 17 Midwest Illinois|IN 18 Midwest Indiana|IA 19 Midwest Iowa|KS 20 Midwest Kansas
KY 21 South Kentucky|LA 22 South Louisiana|ME 23 Northeast Maine|MD 24 South Maryland|MA 25 Northeast Massachusetts
MI 26 Midwest Michigan|MN 27 Midwest Minnesota|MS 28 South Mississippi|MO 29 Midwest Missouri|MT 30 West Montana
NE 31 Midwest Nebraska|NV 32 West Nevada|NH 33 Northeast New Hampshire|NJ 34 Northeast New Jersey|NM 35 West New Mexico
NY 36 Northeast New York|NC 37 South North Carolina|ND 38 Midwest North Dakota|OH 39 Midwest Ohio|OK 40 South Oklahoma
OR 41 West Oregon|PA 42 Northeast Pennsylvania|RI 44 Northeast Rhode Island|SC 45 South South Carolina|SD 46 Midwest South Dakota
TN 47 South Tennessee|TX 48 South Texas|UT 49 West Utah|VT 50 Northeast Vermont|VA 51 South Virginia|WA 53 West Washington
WV 54 South West Virginia|WI 55 Midwest Wisconsin|WY 56 West Wyoming|PR 72 Puerto_Rico Puerto Rico
"""
_PROVINCES = {
    "AR": """01 B Buenos Aires|02 K Catamarca|03 H Chaco|04 U Chubut|05 X Córdoba|06 W Corrientes|07 C Ciudad Autónoma de Buenos Aires
08 E Entre Ríos|09 P Formosa|10 Y Jujuy|11 L La Pampa|12 F La Rioja|13 M Mendoza|14 N Misiones|15 Q Neuquén|16 R Río Negro|17 A Salta
18 J San Juan|19 D San Luis|20 Z Santa Cruz|21 S Santa Fe|22 G Santiago del Estero|23 V Tierra del Fuego|24 T Tucumán""",
    "BO": """01 H Chuquisaca|02 C Cochabamba|03 B Beni|04 L La Paz|05 O Oruro|06 N Pando|07 P Potosí|08 S Santa Cruz|09 T Tarija""",
    "BR": """01 AC Acre|02 AL Alagoas|03 AP Amapá|04 AM Amazonas|05 BA Bahia|06 CE Ceará|07 DF Distrito Federal|08 ES Espírito Santo
11 MS Mato Grosso do Sul|13 MA Maranhão|14 MT Mato Grosso|15 MG Minas Gerais|16 PA Pará|17 PB Paraíba|18 PR Paraná|20 PI Piauí
21 RJ Rio de Janeiro|22 RN Rio Grande do Norte|23 RS Rio Grande do Sul|24 RO Rondônia|25 RR Roraima|26 SC Santa Catarina|27 SP São Paulo
28 SE Sergipe|29 GO Goiás|30 PE Pernambuco|31 TO Tocantins""",
    "CA": """01 AB Alberta|02 BC British Columbia|03 MB Manitoba|04 NB New Brunswick|05 NL Newfoundland and Labrador|07 NS Nova Scotia
08 ON Ontario|09 PE Prince Edward Island|10 QC Quebec|11 SK Saskatchewan|12 YT Yukon|13 NT Northwest Territories|14 NU Nunavut""",
    "CL": """01 VS Valparaíso|02 AI Aysén|03 AN Antofagasta|04 AR La Araucanía|05 AT Atacama|06 BI Biobío|07 CO Coquimbo|08 LI O'Higgins
10 MA Magallanes|11 ML Maule|12 RM Región Metropolitana|14 LL Los Lagos|15 TA Tarapacá|16 AP Arica y Parinacota|17 LR Los Ríos
18 NB Ñuble""",
    "CO": """01 AMA Amazonas|02 ANT Antioquia|03 ARA Arauca|04 ATL Atlántico|08 CAQ Caquetá|09 CAU Cauca|10 CES Cesar|11 CHO Chocó
12 COR Córdoba|14 GUV Guaviare|15 GUA Guainía|16 HUI Huila|17 LAG La Guajira|19 MET Meta|20 NAR Nariño|21 NSA Norte de Santander
22 PUT Putumayo|23 QUI Quindío|24 RIS Risaralda|25 SAP San Andrés y Providencia|26 SAN Santander|27 SUC Sucre|28 TOL Tolima
29 VAC Valle del Cauca|30 VAU Vaupés|31 VID Vichada|32 CAS Casanare|33 CUN Cundinamarca|34 DC Bogotá D.C.|35 BOL Bolívar|36 BOY Boyacá
37 CAL Caldas|38 MAG Magdalena""",
    "EC": """01 W Galápagos|02 A Azuay|03 B Bolívar|04 F Cañar|05 C Carchi|06 H Chimborazo|07 X Cotopaxi|08 O El Oro|09 E Esmeraldas
10 G Guayas|11 I Imbabura|12 L Loja|13 R Los Ríos|14 M Manabí|15 S Morona Santiago|17 Y Pastaza|18 P Pichincha|19 T Tungurahua
20 Z Zamora Chinchipe|22 U Sucumbíos|23 N Napo|24 D Orellana|25 SE Santa Elena|26 SD Santo Domingo de los Tsáchilas""",
    "GT": """01 AV Alta Verapaz|02 BV Baja Verapaz|03 CM Chimaltenango|04 CQ Chiquimula|05 PR El Progreso|06 ES Escuintla|07 GU Guatemala
08 HU Huehuetenango|09 IZ Izabal|10 JA Jalapa|11 JU Jutiapa|12 PE Petén|13 QZ Quetzaltenango|14 QC Quiché|15 RE Retalhuleu
16 SA Sacatepéquez|17 SM San Marcos|18 SR Santa Rosa|19 SO Sololá|20 SU Suchitepéquez|21 TO Totonicapán|22 ZA Zacapa""",
    "MX": """01 AGU Aguascalientes|02 BCN Baja California|03 BCS Baja California Sur|04 CAM Campeche|05 CHP Chiapas|06 CHH Chihuahua
07 COA Coahuila|08 COL Colima|09 CMX Ciudad de México|10 DUR Durango|11 GUA Guanajuato|12 GRO Guerrero|13 HID Hidalgo|14 JAL Jalisco
15 MEX Estado de México|16 MIC Michoacán|17 MOR Morelos|18 NAY Nayarit|19 NLE Nuevo León|20 OAX Oaxaca|21 PUE Puebla|22 QUE Querétaro
23 ROO Quintana Roo|24 SLP San Luis Potosí|25 SIN Sinaloa|26 SON Sonora|27 TAB Tabasco|28 TAM Tamaulipas|29 TLA Tlaxcala
30 VER Veracruz|31 YUC Yucatán|32 ZAC Zacatecas""",
    "PE": """01 AMA Amazonas|02 ANC Áncash|03 APU Apurímac|04 ARE Arequipa|05 AYA Ayacucho|06 CAJ Cajamarca|07 CAL Callao|08 CUS Cusco
09 HUV Huancavelica|10 HUC Huánuco|11 ICA Ica|12 JUN Junín|13 LAL La Libertad|14 LAM Lambayeque|15 LIM Lima|16 LOR Loreto
17 MDD Madre de Dios|18 MOQ Moquegua|19 PAS Pasco|20 PIU Piura|21 PUN Puno|22 SAM San Martín|23 TAC Tacna|24 TUM Tumbes|25 UCA Ucayali
LMA LMA Lima Metropolitana""",
    "UY": """01 AR Artigas|02 CA Canelones|03 CL Cerro Largo|04 CO Colonia|05 DU Durazno|06 FS Flores|07 FD Florida|08 LA Lavalleja
09 MA Maldonado|10 MO Montevideo|11 PA Paysandú|12 RN Río Negro|13 RV Rivera|14 RO Rocha|15 SA Salto|16 SJ San José|17 SO Soriano
18 TA Tacuarembó|19 TT Treinta y Tres""",
    "VE": """01 Z Amazonas|02 B Anzoátegui|03 C Apure|04 D Aragua|05 E Barinas|06 F Bolívar|07 G Carabobo|08 H Cojedes|09 Y Delta Amacuro
11 I Falcón|12 J Guárico|13 K Lara|14 L Mérida|15 M Miranda|16 N Monagas|17 O Nueva Esparta|18 P Portuguesa|19 R Sucre|20 S Táchira
21 T Trujillo|22 U Yaracuy|23 V Zulia|25 A Distrito Capital|26 X La Guaira""",
}

# Bands of population by which lists and figures are narrowed: by key the least and the most; none is no end.
BANDS: dict[str, tuple[int, int | None]] = {
    "30000": (30_000, 99_999),
    "100000": (100_000, 249_999),
    "250000": (250_000, 499_999),
    "500000": (500_000, 999_999),
    "1000000": (1_000_000, None),
}


def _entries(table: str) -> Iterator[str]:
    for line in table.strip().splitlines():
        yield from filter(None, (entry.strip() for entry in line.split("|")))


def _states() -> Iterator[State]:
    for entry in _entries(_STATES):
        code, fips, region, name = entry.split(" ", 3)
        yield State(code, fips, name, region.replace("_", " "))


STATES: dict[str, State] = {state.code: state for state in _states()}
STATES_BY_FIPS: dict[str, State] = {state.fips: state for state in STATES.values()}
# Country to GeoNames' code to ISO code and name; countries that are not listed here have no provinces on record.
PROVINCES: dict[str, dict[str, tuple[str, str]]] = {
    country: {parts[0]: (parts[1], parts[2]) for parts in (entry.split(" ", 2) for entry in _entries(table))}
    for country, table in _PROVINCES.items()
}


def paper_size(country: str) -> str:
    """The paper of a country: letter or a4."""
    return "letter" if country in LETTER else "a4"


def country_name(country: str) -> str:
    """The country in the reader's language; a code that is not on the list stands as it is."""
    return gettext(COUNTRIES[country]) if country in COUNTRIES else country


def subdivisions(country: str) -> dict[str, str]:
    """The states or provinces of a country by ISO code; nothing where none are on record."""
    if country == "US":
        return {state.code: state.name for state in STATES.values()}
    return dict(PROVINCES.get(country, {}).values())


def region_of(country: str, subdivision: str) -> str:
    """The region that places are grouped by: a Census region in the United States, Canada, Latin America."""
    if country == "US":
        return STATES[subdivision].region if subdivision in STATES else ""
    if country == "CA":
        return "Canada"
    return "Latin America" if country in LATIN_AMERICA else "Caribbean"


def language_of(country: str) -> str:
    """The language in which a city of that country is written to."""
    if country == "BR":
        return "pt-br"
    return "es" if country in SPANISH else "en"


def fold(text: str) -> str:
    """The text without accents, in lower case, with single spaces: what search and sort compare on every database."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().replace("’", "'").replace("ø", "o").replace("ł", "l").split())


def slug_of(name: str, country: str, subdivision: str = "", last: str = "") -> str:
    """The public address of a place: kansas-city-mo, kansas-city-ks, bogota-colombia; `last` tells two of the same name apart.

    Outside the United States the country is written out, since many of its codes are states there.
    """
    if country == "US":
        return slugify(f"{fold(name)} {last} {subdivision}")[:120]
    return slugify(f"{fold(name)} {last} {COUNTRIES.get(country, country)}")[:120]
