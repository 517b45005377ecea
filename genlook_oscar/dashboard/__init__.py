"""The figures of try-ons in Oscar's dashboard: an app of its own, added where it is wanted."""
