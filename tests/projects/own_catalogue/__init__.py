"""Oscar's catalogue is forked and its product has fields of its own."""
