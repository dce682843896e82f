"""The fixed words of workbooks and printed questionnaires, in the three languages.

They stand here and not among the messages of the pages: the words of a workbook are part of its format. It is read again in whatever
language it was written, also when the person who brings it back reads another one.
"""

from collections.abc import Mapping

from assessments.models import Claim

LANGUAGES = ("en", "es", "pt-br")

_CLAIMS = {
    Claim.MET: ("Yes, we do", "Sí, lo hacemos", "Sim, fazemos"),
    Claim.NOT_YET: ("Not yet", "Todavía no", "Ainda não"),
    Claim.NOT_PURSUING: ("Not pursuing", "No está previsto", "Não está previsto"),
}

_WORDS = {
    "code": ("Code", "Código", "Código"),
    "area": ("Practice area", "Práctica fundamental", "Prática fundamental"),
    "criterion": ("Criterion", "Criterio", "Critério"),
    "asked": ("What is asked", "Qué se pide", "O que se pede"),
    "checklist": ("Checklist", "Lista de verificación", "Lista de verificação"),
    "needed": ("Lines needed", "Líneas necesarias", "Linhas necessárias"),
    "k_of_n": ("{k} of {n} are enough", "Bastan {k} de {n}", "Bastam {k} de {n}"),
    "all_n": ("All {n} are needed", "Se necesitan las {n}", "As {n} são necessárias"),
    "only_one": ("This one is needed", "Se necesita esta", "Esta é necessária"),
    "notes": ("Core and prerequisites", "Esencial y requisitos previos", "Essencial e pré-requisitos"),
    "core": ("Core criterion", "Criterio esencial", "Critério essencial"),
    "needs": ("Needs {codes}", "Requiere {codes}", "Requer {codes}"),
    "reconstructed": ("Reconstructed text", "Texto reconstruido", "Texto reconstruído"),
    "partly": ("Partly reconstructed text", "Texto reconstruido en parte", "Texto reconstruído em parte"),
    "claim": ("Does your city meet this?", "¿Su ciudad lo cumple?", "Sua cidade atende a isto?"),
    "choose": (
        "Choose one of the three from the list, or leave it empty.",
        "Elija una de las tres opciones de la lista o deje la celda vacía.",
        "Escolha uma das três opções da lista ou deixe a célula vazia.",
    ),
    "line": ("Line {n}", "Línea {n}", "Linha {n}"),
    "tick": (
        "Write x where line {n} of the checklist is in place, or leave it empty.",
        "Escriba x si la línea {n} de la lista ya se cumple, o deje la celda vacía.",
        "Escreva x se a linha {n} da lista já existe, ou deixe a célula vazia.",
    ),
    "narrative": ("In your own words", "En sus propias palabras", "Com suas próprias palavras"),
    "evidence": ("Evidence, to read only", "Evidencia, solo para leer", "Evidência, só para ler"),
    "page": ("page {pages}", "página {pages}", "página {pages}"),
    "too_long": (
        "This text is too long for a cell. It stays as it is; change it on the page of {code}.",
        "Este texto es demasiado largo para una celda. Queda como está; cámbielo en la página de {code}.",
        "Este texto é longo demais para uma célula. Fica como está; altere-o na página de {code}.",
    ),
    "how_to": ("How to use", "Cómo se usa", "Como usar"),
    "answers": ("Answers", "Respuestas", "Respostas"),
    "blank": ("Questionnaire to fill in", "Cuestionario para llenar", "Questionário para preencher"),
    "filled": ("Questionnaire with your answers", "Cuestionario con sus respuestas", "Questionário com suas respostas"),
    "as_submitted": ("All answers as submitted", "Todas las respuestas, como se enviaron", "Todas as respostas, como enviadas"),
    "edition": ("{edition} Standard", "Estándar {edition}", "Padrão {edition}"),
    "invented": ("Invented city, for demonstration", "Ciudad inventada, para demostración", "Cidade inventada, para demonstração"),
    # Printed
    "receipt": ("Receipt", "Comprobante", "Comprovante"),
    "submitted_at": ("Submitted", "Enviada", "Enviada"),
    "submitted_by": ("By", "Por", "Por"),
    "attested": ("Attested by", "Declaración firmada por", "Declaração assinada por"),
    "fingerprint": ("Fingerprint (SHA-256)", "Huella (SHA-256)", "Impressão digital (SHA-256)"),
    "ticked": ("in place", "se cumple", "existe"),
    "not_ticked": ("not ticked", "sin marcar", "não marcada"),
    "tick_here": ("Tick what is in place", "Marque lo que ya se cumple", "Marque o que já existe"),
    "not_answered": ("Not answered", "Sin respuesta", "Sem resposta"),
    "nothing_written": ("Nothing is written.", "No hay texto.", "Não há texto."),
    "no_evidence": ("No evidence was added.", "No se agregó evidencia.", "Nenhuma evidência foi adicionada."),
    "evidence_title": ("Evidence", "Evidencia", "Evidência"),
    "of_pages": ("of", "de", "de"),
    "paper_help": (
        "For meetings and for notes by hand. What counts is what is saved on the site.",
        "Para reuniones y notas a mano. Cuenta lo que se guarda en el sitio.",
        "Para reuniões e anotações à mão. Vale o que é salvo no site.",
    ),
}

# The first sheet, line by line.
_STEPS = (
    (
        "Fill in the white cells of the sheet with the answers: the answer, the checklist, your own words. All other cells are to read.",
        "Llene las celdas blancas de la hoja de respuestas: la respuesta, la lista y sus propias palabras. Las demás celdas son para leer.",
        "Preencha as células brancas da folha de respostas: a resposta, a lista e suas próprias palavras. As demais células são para ler.",
    ),
    (
        "Choose the answer from the list in its cell. “Not yet” is an answer too; an empty cell is none.",
        "Elija la respuesta en la lista de la celda. «Todavía no» también es una respuesta; una celda vacía no lo es.",
        "Escolha a resposta na lista da célula. “Ainda não” também é uma resposta; uma célula vazia não é.",
    ),
    (
        "The lines of each checklist are numbered. Write x in the column of each line that is in place.",
        "Las líneas de cada lista están numeradas. Escriba x en la columna de cada línea que ya se cumple.",
        "As linhas de cada lista são numeradas. Escreva x na coluna de cada linha que já existe.",
    ),
    (
        "In your own words: how it works in your city, since when, and who uses it. Alt and Enter begin a new line.",
        "En sus propias palabras: cómo funciona en su ciudad, desde cuándo y quién lo usa. Con Alt y Entrar empieza otra línea.",
        "Com suas próprias palavras: como funciona em sua cidade, desde quando e quem usa. Alt e Enter começam outra linha.",
    ),
    (
        "Leave the hidden columns as they are: they say to which answer a line belongs. You may hide and filter lines.",
        "Deje las columnas ocultas como están: indican a qué respuesta pertenece cada línea. Puede ocultar y filtrar líneas.",
        "Deixe as colunas ocultas como estão: elas dizem a que resposta cada linha pertence. Você pode ocultar e filtrar linhas.",
    ),
    (
        "Save the file as XLSX and bring it back to the page where you got it. You see every difference there before anything is saved.",
        "Guarde el archivo como XLSX y tráigalo a la página donde lo obtuvo. Allí verá cada diferencia antes de que se guarde algo.",
        "Salve o arquivo como XLSX e traga-o à página onde o obteve. Lá você vê cada diferença antes que algo seja salvo.",
    ),
    (
        "An answer that somebody saved on the site after this file was made stays, unless you choose the text of the file.",
        "Una respuesta que alguien guardó en el sitio después de hacerse este archivo se queda, salvo que usted elija la del archivo.",
        "Uma resposta que alguém salvou no site depois que este arquivo foi feito fica, a menos que você escolha a do arquivo.",
    ),
    (
        "Evidence is added on the site, on the page of each criterion.",
        "La evidencia se agrega en el sitio, en la página de cada criterio.",
        "A evidência é adicionada no site, na página de cada critério.",
    ),
)  # fmt: skip


class Words:
    """The words of one language; English where a language is not among the three."""

    def __init__(self, language: str) -> None:
        self.place = LANGUAGES.index(language) if language in LANGUAGES else 0
        self.language = LANGUAGES[self.place]

    def __getitem__(self, key: str) -> str:
        return _WORDS[key][self.place]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values."""
        return _WORDS[key][self.place].format(**values)

    @property
    def claims(self) -> dict[str, str]:
        """The three choices, in their order."""
        return {claim.value: said[self.place] for claim, said in _CLAIMS.items()}

    @property
    def steps(self) -> list[str]:
        """How a workbook is used."""
        return [step[self.place] for step in _STEPS]

    def needed(self, required: int, items: int) -> str:
        """How many lines of a checklist are needed."""
        if required < items:
            return self.say("k_of_n", k=required, n=items)
        return self.say("all_n", n=items) if items > 1 else self["only_one"]


def claims_read() -> Mapping[str, str]:
    """Every way to say one of the three choices, folded as they are compared."""
    return {said.casefold(): claim.value for claim, languages in _CLAIMS.items() for said in languages}
