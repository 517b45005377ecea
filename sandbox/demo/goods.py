"""What the demo shop sells."""

from dataclasses import dataclass
from decimal import Decimal

CATEGORIES = {
    # Name: (name of the category above it, the picture that stands for it).
    "Clothing": (None, None),
    "Tops": ("Clothing", "breton-top"),
    "Dresses": ("Clothing", "wrap-dress"),
    "Jackets": ("Clothing", "denim-jacket"),
    "Trousers": ("Clothing", "wide-trousers"),
    "Accessories": (None, None),
    "Hats": ("Accessories", "straw-hat"),
    "Eyewear": ("Accessories", "round-sunglasses"),
    "Bags and scarves": ("Accessories", None),
}


@dataclass(frozen=True)
class Item:
    """One product, or one variant of a product."""

    sku: str
    title: str
    price: Decimal
    picture: str | None = None
    category: str = ""
    description: str = ""
    colour: str = ""
    stock: int = 12
    variants: tuple["Item", ...] = ()
    try_on: bool = True


def _item(sku: str, title: str, price: str, picture: str | None, **more: object) -> Item:
    return Item(sku, title, Decimal(price), picture, **more)  # type: ignore[arg-type]


ITEMS = (
    _item(
        "AO-TOP-100",
        "Merino jumper",
        "89.00",
        "jumper-oat",
        category="Tops",
        description="<p>A crew neck in <strong>fine merino wool</strong>, knitted a little"
        " looser than usual.</p><ul><li>Ribbed cuffs and hem</li><li>Regular fit</li>"
        "<li>Hand wash, dry flat</li></ul>",
        variants=(
            _item("AO-TOP-100-OAT", "Merino jumper, oat", "89.00", "jumper-oat", colour="Oat"),
            _item(
                "AO-TOP-100-FOREST",
                "Merino jumper, forest",
                "89.00",
                "jumper-forest",
                colour="Forest",
            ),
            _item("AO-TOP-100-RUST", "Merino jumper, rust", "89.00", "jumper-rust", colour="Rust"),
        ),
    ),
    _item(
        "AO-TOP-110",
        "Breton top",
        "39.00",
        "breton-top",
        category="Tops",
        colour="Cream and navy",
        description="<p>Heavy cotton jersey with a <em>boat neck</em>, half sleeves and twelve"
        " navy stripes.</p>",
    ),
    _item(
        "AO-TOP-120",
        "Oxford shirt",
        "65.00",
        "oxford-shirt",
        category="Tops",
        colour="Light blue",
        description="<p>A button-down shirt in washed Oxford cotton with a chest pocket.</p>"
        "<ul><li>100&nbsp;% cotton</li><li>Curved hem, made to be worn untucked</li></ul>",
    ),
    _item(
        "AO-DRS-200",
        "Floral wrap dress",
        "119.00",
        "wrap-dress",
        category="Dresses",
        colour="Bottle green",
        description="<p>Ties at the waist and falls to the knee. Printed viscose with a soft"
        " drape.</p>",
    ),
    _item(
        "AO-DRS-210",
        "Satin slip dress",
        "99.00",
        "slip-dress",
        category="Dresses",
        colour="Champagne",
        description="<p>Cut on the bias, with a cowl neck and thin straps. Wear it alone or"
        " over a top.</p>",
    ),
    _item(
        "AO-DRS-220",
        "Gingham summer dress",
        "85.00",
        "gingham-dress",
        category="Dresses",
        colour="Yellow check",
        description="<p>Puff sleeves, a square neck and a tiered skirt in crisp checked"
        " cotton.</p>",
    ),
    _item(
        "AO-JKT-300",
        "Denim jacket",
        "129.00",
        "denim-jacket",
        category="Jackets",
        colour="Mid blue",
        description="<p>The classic with two flap pockets and copper buttons, in 12&nbsp;oz"
        " denim.</p>",
    ),
    _item(
        "AO-JKT-310",
        "Trench coat",
        "229.00",
        "trench-coat",
        category="Jackets",
        colour="Camel",
        description="<p>Double-breasted, belted and showerproof. Storm flap, epaulettes and"
        " deep pockets.</p>",
        stock=4,
    ),
    _item(
        "AO-JKT-320",
        "Check blazer",
        "189.00",
        "blazer",
        category="Jackets",
        colour="Ink",
        description="<p>Two buttons, a windowpane check and a burgundy lining. Slightly long,"
        " with soft shoulders.</p>",
    ),
    _item(
        "AO-TRS-400",
        "Straight jeans",
        "95.00",
        "jeans",
        category="Trousers",
        colour="Indigo",
        description="<p>High in the waist and straight down the leg. Rigid denim that softens"
        " with wear.</p>",
    ),
    _item(
        "AO-TRS-410",
        "Wide pleated trousers",
        "109.00",
        "wide-trousers",
        category="Trousers",
        colour="Taupe",
        description="<p>Flowing wool blend with pressed pleats and a high waist.</p>",
    ),
    _item(
        "AO-HAT-500",
        "Straw hat",
        "49.00",
        "straw-hat",
        category="Hats",
        colour="Natural",
        description="<p>Hand-woven straw with a dark ribbon. Packs flat, springs back.</p>",
    ),
    _item(
        "AO-HAT-510",
        "Ribbed beanie",
        "29.00",
        "beanie",
        category="Hats",
        colour="Mustard",
        description="<p>Warm lambswool with a deep turn-up and a leather patch.</p>",
    ),
    _item(
        "AO-EYE-600",
        "Round sunglasses",
        "79.00",
        "round-sunglasses",
        category="Eyewear",
        colour="Tortoise",
        description="<p>Acetate frame, green gradient lenses, full UV protection.</p>",
    ),
    _item(
        "AO-EYE-610",
        "Cat-eye glasses",
        "89.00",
        "cat-eye-glasses",
        category="Eyewear",
        colour="Ruby",
        description="<p>A bold optical frame. Sold with clear lenses, ready for your own.</p>",
    ),
    _item(
        "AO-BAG-700",
        "Canvas tote",
        "35.00",
        "canvas-tote",
        category="Bags and scarves",
        colour="Ecru",
        description="<p>Sturdy canvas with leather handles. Virtual try-on is switched off for"
        " this one product.</p>",
        try_on=False,
    ),
    _item(
        "AO-SCF-710",
        "Cashmere scarf",
        "75.00",
        None,
        category="Bags and scarves",
        colour="Grey",
        description="<p>So new that its picture has not been taken yet.</p>",
    ),
)
