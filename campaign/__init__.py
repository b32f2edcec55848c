"""Lifeline: an advocacy campaign, from a ZIP code to letters to Congress, a pledge and a donation."""
