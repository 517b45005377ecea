"""What try-ons bring and cost, as numbers. Reads only; knows no view."""
