"""The life of a try-on: from the click to the picture, whatever dies in between."""
