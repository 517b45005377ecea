"""A user model of the project's own, whose key is a UUID and who has no username."""
