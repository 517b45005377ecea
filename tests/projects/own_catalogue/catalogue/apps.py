from oscar.apps.catalogue import apps


class CatalogueConfig(apps.CatalogueConfig):
    name = "tests.projects.own_catalogue.catalogue"
