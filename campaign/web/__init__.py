"""All HTTP: one blueprint a file. Views validate, call a noun, and redirect or render; they never commit."""
