"""Who a shopper is and what she gave us: identity, photos, consent, erasure."""
