"""How the learnt numbers and the reader's weights are made."""
