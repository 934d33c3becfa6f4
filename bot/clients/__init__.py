"""One thin module for each outside service: the only outgoing HTTP of our own."""
