"""The letters of pseudo-localised text: which script a language is written in, and what stands for a to z there.

A letter's sound decides where it can. Languages in Latin letters keep those, and change some to their own special ones.
"""

from string import ascii_lowercase

LATIN = "latin"
CASED = frozenset({LATIN, "cyrillic", "greek", "armenian"})
"""Scripts that have capitals."""
SCRIPTS = {
    "arabic": "ابثدعفغهيجكلمنصحقرستضظوخشز",
    "armenian": "աբցդեֆգհիջկլմնօպքրստուվխյզ",
    "bengali": "অবচদএফগহইজকলমনওপখরসতউভঊষযঝ",
    "burmese": "အဗစဒဧဖဂဟဣဇကလမနဩပခရသတဥဝဦဆယဈ",
    "cyrillic": "абцдефгхижклмнопщрстувшчйз",
    "devanagari": "अबचदएफगहइजकलमनओपखरसतउवऊषयझ",
    "ethiopic": "አበቸደኤፈገሀኢጀከለመነኦፐቀረሰተኡቨወኸየዘ",
    "georgian": "აბცდეფგჰიჯკლმნოპქრსტუვწხყზ",
    "greek": "αβψδεφγηιξκλμνοπθρστυωώχύζ",
    "gujarati": "અબચદએફગહઇજકલમનઓપખરસતઉવઊષયઝ",
    "gurmukhi": "ਅਬਚਦਏਫਗਹਇਜਕਲਮਨਓਪਖਰਸਤਉਵਊਘਯਝ",
    "han": "山水火木金土日月人口手目耳心田石竹米羊雨雪花草天明光",
    "hangul": "아바차다에파가하이자카라마나오피쿠리사타우비와크야즈",
    "hebrew": "אבכדעפגהיץקלמנוףךרסטםןשחתז",
    "kana": "あばちだえふがはいじからまなおぱくりさたうゔわしやざ",
    "kannada": "ಅಬಚದಎಫಗಹಇಜಕಲಮನಒಪಖರಸತಉವಊಷಯಝ",
    "khmer": "អបចដឯផគហឥជកលមនឱពខរសតឧវឩឆយឈ",
    "lao": "ອບຈດຢຝກຫຍຊຄລມນວປຂຣສຕຮຟຜຖທງ",
    "malayalam": "അബചദഎഫഗഹഇജകലമനഒപഖരസതഉവഊഷയഝ",
    "odia": "ଅବଚଦଏଫଗହଇଜକଲମନଓପଖରସତଉଭଊଷଯଝ",
    "sinhala": "අබචදඑෆගහඉජකලමනඔපඛරසතඋවඌෂයඣ",
    "tamil": "அபசடஎஐஙஹஇஜகலமநஒணறரஸதஉவஊஷயழ",
    "telugu": "అబచదఎఫగహఇజకలమనఒపఖరసతఉవఊషయఝ",
    "thai": "อบจดยฟกหฉชคลมนวปขรสตฮธผซญศ",
    "tibetan": "ཨབཅདའཕགཧཞཇཀལམནཚཔཁརསཏངཝཐཤཡཟ",
}
"""By script, its letters for a to z."""
_CODES = {
    "arabic": "ar arz ary apc fa ps ckb ks sd ug ur",
    "armenian": "hy hyw",
    "bengali": "as bn",
    "burmese": "my shn",
    "cyrillic": "ab av ba be bg ce cv kk kv ky mk mn os ru sah sr tg tt tyv udm uk",
    "devanagari": "awa bho doi hi hne kok mag mai mr ne sa",
    "ethiopic": "am ti tig",
    "georgian": "ka xmf",
    "greek": "el grc",
    "gujarati": "gu",
    "gurmukhi": "pa",
    "han": "cmn gan wuu yue zh",
    "hangul": "ko",
    "hebrew": "he yi",
    "kana": "ain ja ryu",
    "kannada": "kn tcy",
    "khmer": "km",
    "lao": "lo",
    "malayalam": "ml",
    "odia": "or ory",
    "sinhala": "si",
    "tamil": "ta",
    "telugu": "te",
    "thai": "th",
    "tibetan": "bo dz",
}
_SCRIPT_OF = {code: script for script, codes in _CODES.items() for code in codes.split()}
_SPECIAL = {
    "af": "eê",
    "az": "cç eə gğ oö sş uü",
    "ca": "aà cç eè ií oò uú",
    "cs": "aá cč eě ií oó rř sš uů yý zž",
    "cy": "aâ eê iî oô uû wŵ yŷ",
    "da": "aå eæ oø",
    "de": "aä oö uü sß",
    "eo": "cĉ gĝ hĥ jĵ sŝ uŭ",
    "es": "aá eé ií nñ oó uú",
    "et": "aä oõ uü",
    "eu": "nñ",
    "fi": "aä oö",
    "fr": "aà cç eé iî oô uù",
    "hr": "cč dđ sš zž",
    "hu": "aá eé ií oő uű",
    "is": "aá dð eé ií oó tþ uú yý",
    "it": "aà eè iì oò uù",
    "ku": "cç eê iî sş uû",
    "lb": "aä eë",
    "lt": "aą cč eė iį sš uū zž",
    "lv": "aā eē iī lļ nņ sš uū zž",
    "mi": "aā eē iī oō uū",
    "mt": "cċ gġ hħ zż",
    "nl": "eë iï",
    "no": "aå eæ oø",
    "pl": "aą cć eę lł nń oó sś zż",
    "pt": "aã cç eé ií oô uú",
    "qu": "nñ",
    "ro": "aă iî sș tț",
    "sk": "aá cč eé ií lľ oô sš uú zž",
    "sl": "cč sš zž",
    "sq": "cç eë",
    "sv": "aä oö eé",
    "tk": "aä cç oö sş uü",
    "tr": "cç gğ oö sş uü",
    "vi": "aă dđ eê oô uư",
}
_SPECIAL |= {"nb": _SPECIAL["no"], "nn": _SPECIAL["no"], "bs": _SPECIAL["hr"]}
_PLAIN = "fil ha id ig jv kr la mg ms ny rw sn so st su sw tl uz wo xh yo zu"
_SPECIAL |= dict.fromkeys(_PLAIN.split(), "eé")
"""By language in Latin letters, which letter becomes which; few where the language hardly has special letters."""
_ANY_LATIN = "aá eé ií oó uú"


def script_of(language: str) -> str:
    """Return the name of the script that a language is written in; Latin where the table does not know it."""
    return _SCRIPT_OF.get(language, LATIN)


def letters_of(language: str) -> str:
    """Return what stands for a to z in a language, 26 letters."""
    script = script_of(language)
    if script != LATIN:
        return SCRIPTS[script]
    special = {pair[0]: pair[1] for pair in _SPECIAL.get(language, _ANY_LATIN).split()}
    return "".join(special.get(letter, letter) for letter in ascii_lowercase)
