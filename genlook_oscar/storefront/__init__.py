"""What a shopper's browser talks to: pages, JSON answers, pictures."""
