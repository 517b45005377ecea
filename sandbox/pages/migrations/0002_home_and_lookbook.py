import django.db.models.deletion
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="HomePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                ("intro", models.TextField(blank=True, verbose_name="introduction")),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [
                            ("heading", 0),
                            ("text", 1),
                            ("image", 2),
                            ("product", 9),
                            ("products", 12),
                            ("stage", 14),
                        ],
                        blank=True,
                        block_lookup={
                            0: ("wagtail.blocks.CharBlock", (), {"label": "Heading"}),
                            1: ("wagtail.blocks.RichTextBlock", (), {"label": "Text"}),
                            2: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "Image"}),
                            3: (
                                "genlook_oscar.cms.blocks.ProductChooserBlock",
                                (),
                                {"label": "Product"},
                            ),
                            4: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Heading", "max_length": 120, "required": False},
                            ),
                            5: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Text", "required": False, "rows": 2},
                            ),
                            6: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("card", "Card"),
                                        ("wide", "Picture beside the words"),
                                    ],
                                    "label": "Layout",
                                },
                            ),
                            7: (
                                "wagtail.blocks.BooleanBlock",
                                (),
                                {"default": True, "label": "Show the price", "required": False},
                            ),
                            8: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("product", "Show the product without the button"),
                                        ("nothing", "Leave the product out"),
                                    ],
                                    "help_text": "Counts for products that are sold out as well.",
                                    "label": "Where it cannot be tried on",
                                },
                            ),
                            9: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("product", 3),
                                        ("heading", 4),
                                        ("text", 5),
                                        ("layout", 6),
                                        ("show_price", 7),
                                        ("without", 8),
                                    ]
                                ],
                                {},
                            ),
                            10: (
                                "wagtail.blocks.ListBlock",
                                (3,),
                                {"label": "Products", "max_num": 24, "min_num": 1},
                            ),
                            11: (
                                "wagtail.blocks.ChoiceBlock",
                                [],
                                {
                                    "choices": [
                                        ("grid", "In a grid"),
                                        ("strip", "One row to swipe through"),
                                    ],
                                    "label": "Layout",
                                },
                            ),
                            12: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("heading", 4),
                                        ("text", 5),
                                        ("products", 10),
                                        ("layout", 11),
                                        ("show_price", 7),
                                        ("without", 8),
                                    ]
                                ],
                                {},
                            ),
                            13: (
                                "wagtail.blocks.ListBlock",
                                (3,),
                                {"label": "Products", "max_num": 24, "min_num": 2},
                            ),
                            14: (
                                "wagtail.blocks.StructBlock",
                                [
                                    [
                                        ("heading", 4),
                                        ("text", 5),
                                        ("products", 13),
                                        ("show_price", 7),
                                    ]
                                ],
                                {},
                            ),
                        },
                        verbose_name="body",
                    ),
                ),
            ],
            options={
                "verbose_name": "home page",
                "verbose_name_plural": "home pages",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.AlterField(
            model_name="contentpage",
            name="body",
            field=wagtail.fields.StreamField(
                [
                    ("heading", 0),
                    ("text", 1),
                    ("image", 2),
                    ("product", 9),
                    ("products", 12),
                    ("stage", 14),
                ],
                blank=True,
                block_lookup={
                    0: ("wagtail.blocks.CharBlock", (), {"label": "Heading"}),
                    1: ("wagtail.blocks.RichTextBlock", (), {"label": "Text"}),
                    2: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "Image"}),
                    3: ("genlook_oscar.cms.blocks.ProductChooserBlock", (), {"label": "Product"}),
                    4: (
                        "wagtail.blocks.CharBlock",
                        (),
                        {"label": "Heading", "max_length": 120, "required": False},
                    ),
                    5: (
                        "wagtail.blocks.TextBlock",
                        (),
                        {"label": "Text", "required": False, "rows": 2},
                    ),
                    6: (
                        "wagtail.blocks.ChoiceBlock",
                        [],
                        {
                            "choices": [("card", "Card"), ("wide", "Picture beside the words")],
                            "label": "Layout",
                        },
                    ),
                    7: (
                        "wagtail.blocks.BooleanBlock",
                        (),
                        {"default": True, "label": "Show the price", "required": False},
                    ),
                    8: (
                        "wagtail.blocks.ChoiceBlock",
                        [],
                        {
                            "choices": [
                                ("product", "Show the product without the button"),
                                ("nothing", "Leave the product out"),
                            ],
                            "help_text": "Counts for products that are sold out as well.",
                            "label": "Where it cannot be tried on",
                        },
                    ),
                    9: (
                        "wagtail.blocks.StructBlock",
                        [
                            [
                                ("product", 3),
                                ("heading", 4),
                                ("text", 5),
                                ("layout", 6),
                                ("show_price", 7),
                                ("without", 8),
                            ]
                        ],
                        {},
                    ),
                    10: (
                        "wagtail.blocks.ListBlock",
                        (3,),
                        {"label": "Products", "max_num": 24, "min_num": 1},
                    ),
                    11: (
                        "wagtail.blocks.ChoiceBlock",
                        [],
                        {
                            "choices": [
                                ("grid", "In a grid"),
                                ("strip", "One row to swipe through"),
                            ],
                            "label": "Layout",
                        },
                    ),
                    12: (
                        "wagtail.blocks.StructBlock",
                        [
                            [
                                ("heading", 4),
                                ("text", 5),
                                ("products", 10),
                                ("layout", 11),
                                ("show_price", 7),
                                ("without", 8),
                            ]
                        ],
                        {},
                    ),
                    13: (
                        "wagtail.blocks.ListBlock",
                        (3,),
                        {"label": "Products", "max_num": 24, "min_num": 2},
                    ),
                    14: (
                        "wagtail.blocks.StructBlock",
                        [[("heading", 4), ("text", 5), ("products", 13), ("show_price", 7)]],
                        {},
                    ),
                },
                verbose_name="body",
            ),
        ),
    ]
