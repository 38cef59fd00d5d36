"""The parts of the training recipe; the commands lie one folder up."""
