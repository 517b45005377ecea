"""What part of a person an item is worn on, so that the room can say what a photo must show.

Oscar's catalogue does not know it; the words of the title do, or those of its class and
categories. It only chooses between drawings and sentences: a wrong guess costs little.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, cast

from ..conf import conf

Kind = Literal["face", "top", "legs", "body"]

DEFAULT: Kind = "body"
WORDS: dict[Kind, str] = {
    "face": """
        hat cap beanie beret headband headscarf glasses sunglasses eyewear eyeglasses spectacles
        earring earrings necklace
        hut hüte strohhut sonnenhut mütze brille ohrring kette stirnband
        chapeau chapeaux casquette bonnet lunettes boucle collier
        sombrero gorra gorro gafas pendientes collar
        cappello cappelli berretto occhiali orecchini collana
        hoed hoeden muts pet bril oorbellen ketting
        kapelusz czapka okulary kolczyki naszyjnik
        chapéu boné óculos brincos colar
        قبعة نظارة نظارات قرط قلادة""",
    "top": """
        top shirt tee blouse jumper sweater sweatshirt pullover hoodie cardigan jacket blazer vest
        waistcoat tank scarf tie
        hemd bluse pulli jacke weste sakko schal krawatte strickjacke
        chemise chemisier pull gilet veste blouson écharpe cravate
        camisa camiseta blusa jersey chaqueta chaleco bufanda corbata
        camicia maglia maglietta maglione felpa giacca sciarpa cravatta
        trui vest jasje colbert sjaal overhemd
        koszula koszulka bluza bluzka sweter kurtka marynarka szalik
        camisola camisole blusão jaqueta cachecol
        قميص بلوزة سترة وشاح""",
    "legs": """
        trouser trousers pants jean jeans chino chinos legging leggings shorts skirt tights
        shoe shoes sneaker sneakers boot boots sandal sandals sock socks
        hose rock röcke schuh stiefel strumpfhose
        pantalon jupe chaussure chaussures botte bottes
        pantalón pantalones falda zapato zapatos zapatillas bota botas vaqueros
        pantaloni gonna scarpe stivali
        broek rok schoen schoenen laars laarzen
        spodnie spódnica buty spodenki
        calça calças saia sapato sapatos
        بنطلون تنورة حذاء جينز""",
    "body": """
        dress gown frock coat jumpsuit playsuit romper overall suit pyjama pyjamas kimono robe
        swimsuit
        kleid mantel anzug badeanzug
        manteau combinaison costume
        vestido abrigo mono traje
        vestito abito cappotto completo tuta
        jurk jas pak
        sukienka płaszcz garnitur kombinezon
        casaco macacão terno fato
        فستان معطف عباءة بدلة""",
}
_WORD = re.compile(r"[^\W\d_]+")
_PLURALS = ("s", "es", "n", "en", "er")
SHORTEST_ENDING = 4
"""Letters of a word that is also found at the end of a longer one (“Sommerkleid”); of a
shorter one it would be chance (“that” is no hat)."""


def kind_of(product: Any) -> Kind:
    """Return what a photo must show for an Oscar product: of a title with several words that
    tell, the last (“shirt dress”). One query for its categories where title and class say
    nothing; the whole person where nothing does."""
    known = {word: kind for kind, words in _words().items() for word in words}
    for text in _texts(product):
        found = [kind for word in _WORD.findall(text.casefold()) if (kind := _kind(word, known))]
        if found:
            return found[-1]
    return DEFAULT


def _words() -> dict[Kind, Iterable[str]]:
    words: dict[Kind, Iterable[str]] = {kind: text.split() for kind, text in WORDS.items()}
    for kind, own in conf.kind_words.items():
        words[cast(Kind, kind)] = [word.casefold() for word in own]
    return words


def _texts(product: Any) -> Iterator[str]:
    """Where to look, in this order."""
    yield product.get_title()
    kind = product.get_product_class()
    yield kind.name if kind else ""
    yield " ".join(category.name for category in product.get_categories())


def _kind(word: str, known: dict[str, Kind]) -> Kind | None:
    """The kind of a word, of its singular, or of the word that it ends with."""
    for end in ("", *_PLURALS):
        singular = word.removesuffix(end) if end and word.endswith(end) else word
        if singular in known:
            return known[singular]
    for end in ("", *_PLURALS):
        singular = word.removesuffix(end) if end and word.endswith(end) else word
        for start in range(1, len(singular) - SHORTEST_ENDING + 1):
            if singular[start:] in known:
                return known[singular[start:]]
    return None
