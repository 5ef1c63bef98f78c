"""The texts that producers set, written for this purpose; the harbour is imaginary."""

from __future__ import annotations

from benchmarks.text.known_truth.model import Look, Piece, Source

_LIGATURES = (
    "The office of the chief officer is the first to certify that a file is sufficient.",
    "An efficient staff finds the affluent and the afflicted in five different fields; final "
    "figures on offshore traffic are fixed by the fifth of each month.",
    "Afflux, baffling cufflinks, fjords and shelfful cases are difficult to classify: a flat fee "
    "of fifty-five florins suffices for a pacific flotilla.",
    "Where the effects of a conflict of interest are not specified, the official defines them.",
)
_RAISED = (
    "The fund holds 40 × 10^6^ euros and 3 × 10^12^ bonds, of which 2 × 10^4^ are sold.",
    "A tank takes 12 000 m^3^ of water on 450 m^2^ of quay; the pumps move 75 m^3^ an hour.",
    "The limit is 10^3^ units, not 103 units, and 5^2^ lamps make 25.",
)
_NOTED = (
    "The harbour master decides on berths.[[See the order on berths of 4 May 2009.]] An appeal is "
    "heard within ten days.",
    "Fees are paid in advance,[[Except by hospital ships, which pay nothing.]] and a receipt is "
    "given to the master of the vessel.",
    "Lights burn from dusk to dawn.[[Dusk is when the second lamp can be seen from the first.]]",
)
_PARAGRAPHS = (
    "The harbour authority keeps the channel open for vessels of every flag, whatever the season "
    "and whatever the cargo that they carry.",
    "Whoever enters without a pilot pays twice the fee and waits at the outer mole until a berth "
    "has been assigned in writing.",
    "Dredging starts in March, when the ice has gone, and ends before the herring boats return "
    "in the last week of September.",
    "A captain who finds a buoy adrift tells the watch at once; the finder is paid eleven crowns "
    "out of the fund for wrecks.",
    "Timber is stacked north of the crane, coal south of it, and nothing that burns may lie "
    "within ninety steps of the powder house.",
    "Every spring the council publishes what was spent on piers, lamps, ropes and wages, with the "
    "names of those who voted against it.",
    "Boats under four metres need no licence, provided that they stay inside the breakwater and "
    "carry a bell and a white lantern.",
    "The ferry to the islands leaves at six, nine and fifteen hours; on feast days it leaves once "
    "and returns by moonlight.",
)
_LONG_WORDS = (
    "Intergovernmental administrations systematically underestimate infrastructural dependencies, "
    "notwithstanding comprehensive environmental responsibilities and counterproductive "
    "misinterpretations of non-exhaustive recommendations.",
    "Municipalities characteristically internationalise telecommunications; transportation "
    "authorities predominantly acknowledge long-standing representations concerning "
    "decarbonisation, electrification and multidisciplinary participation.",
)
TABLE_CELLS = (
    ("Quay", "Depth in metres", "Fee per day", "Open until"),
    ("North mole", "11.5", "1 200", "31 October 2027"),
    ("Fish market", "4.25", "85", "the whole year"),
    ("Old slipway", "2", "12.50", "30 April 2028"),
    ("Coal quay", "9.75", "640", "further notice"),
)
_LATIN = {
    "pl": "Zarząd portu ogłasza, że łodzie rybackie mogą cumować przy nabrzeżu węglowym. Żółta "
    "flaga oznacza kwarantannę, a źródła wody są bezpłatne.",
    "cs": "Přístavní správa oznamuje, že lodě smějí kotvit u uhelného mola. Žlutá vlajka znamená "
    "karanténu a příliš hluboký ponor je důvodem k odmítnutí.",
    "de": "Die Hafenbehörde öffnet die Schleuse täglich um sechs Uhr. Größere Schiffe müssen "
    "draußen warten, bis der Lotse für sie frei ist.",
    "fr": "La capitainerie exige que les bateaux à l’ancre soient éclairés dès la nuit tombée. "
    "Où cela n’est pas prévu, le maître du port décide.",
    "hu": "A kikötő őre minden hajót följegyez, és a külföldi zászlókat külön könyvbe írja. "
    "Zsúfolt időben a kisebb hajók várnak.",
}
_OTHER_SCRIPTS = {
    "lt": "Uosto žinyba skelbia, kad žvejų laivai gali švartuotis prie anglių krantinės. Ąžuolo "
    "rąstai čia nekraunami.",
    "el": "Το λιμεναρχείο ανακοινώνει ότι τα πλοία αγκυροβολούν στην παλιά προβλήτα. Η είσοδος "
    "είναι δωρεάν για τους ψαράδες.",
    "bg": "Пристанището съобщава, че рибарските лодки се връзват на въглищния кей. Жълтото знаме "
    "означава карантина.",
}


def _set(kind: str, words: tuple[str, ...]) -> tuple[Piece, ...]:
    return tuple(Piece(kind, line) for line in words)  # type: ignore[arg-type]


_HEAD = Piece("heading", "Rules of the harbour")
_LONG = tuple(
    Piece("text", f"{paragraph} That is rule {number} of the book.")
    for number, paragraph in enumerate(_PARAGRAPHS * 4, start=1)
)
_ROWS = tuple(Piece("row", cells=cells) for cells in TABLE_CELLS)
_LISTS = (
    Piece("text", "A licence is given to those who"),
    Piece("bullet", "own a boat that floats;"),
    Piece("bullet", "have paid the lamp fee of the last year in full;"),
    Piece("bullet", "can row from the mole to the fish market and back."),
    Piece("text", "It is asked for in three steps."),
    Piece("number", "Write to the office."),
    Piece("number", "Wait for the second letter, which names a day."),
    Piece("number", "Come on that day and bring both letters."),
)

LIGATURES = Source("ligatures", (_HEAD, *_set("text", _LIGATURES)))
RAISED = Source("raised", (_HEAD, *_set("text", _RAISED)))
TABLE = Source(
    "table",
    (_HEAD, Piece("text", "The quays and what they cost."), *_ROWS, Piece("text", _PARAGRAPHS[3])),
)
COLUMNS = Source("columns", (_HEAD, *_set("text", _PARAGRAPHS)), Look(columns=2))
NOTES = Source("notes", (_HEAD, *_set("text", _NOTED)))
LISTS = Source("lists", (_HEAD, *_LISTS))
NARROW = Source("hyphens", (_HEAD, *_set("text", _LONG_WORDS)), Look(narrow=True))
LATIN = Source("latin", tuple(Piece("text", words) for words in _LATIN.values()))
SCRIPTS = Source("scripts", tuple(Piece("text", words) for words in _OTHER_SCRIPTS.values()))
FURNITURE = Source("furniture", (_HEAD, *_LONG), Look(header="Harbour Gazette, volume twelve"))
WATERMARK = Source("watermark", (_HEAD, *_LONG[:12]), Look(watermark="DRAFT"))
BILL = Source("bill", (_HEAD, *_LONG[:6]), Look(numbers_lines=True))
FORM = Source(
    "form",
    (
        _HEAD,
        Piece("text", "Who asks for a berth fills in what follows."),
        Piece("field", cells=("Name of the vessel", "Seagull of Thule")),
        Piece("field", cells=("Length in metres", "17.5")),
        Piece("text", _PARAGRAPHS[1]),
    ),
)
HIDDEN = Source(
    "hidden",
    (
        _HEAD,
        Piece("text", _PARAGRAPHS[0]),
        Piece("hidden", "Smugglers quietly bribed seven inspectors"),
        Piece("text", _PARAGRAPHS[2]),
    ),
)
