"""What needs people: signals of one visit or device folded into one situation, who has it, and who is on shift."""
