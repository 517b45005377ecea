"""Oscar's product as Genlook's product: name, content, pictures, and whether it can be
tried on."""
